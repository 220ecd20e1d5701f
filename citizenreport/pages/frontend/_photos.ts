// Photos are made smaller on the phone: upright, without metadata, quick to send.

const LONGEST_SIDE_PX = 1600;
const LARGEST_BYTES = 400 * 1024;
const SMALLEST_SIDE_PX = 400;
const QUALITIES = [0.85, 0.75, 0.65, 0.55, 0.45];

/** The photo, smaller; what the browser cannot read (HEIC on most) goes as it is. */
export async function shrink(file: File): Promise<File> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!bitmap) return file;
  try {
    const blob = await smallEnough(bitmap);
    return blob ? new File([blob], `${stem(file.name)}.jpg`, { type: "image/jpeg" }) : file;
  } finally {
    bitmap.close();
  }
}

/** Whatever is chosen is made smaller in place, before the form goes anywhere. */
export class ChosenPhotos {
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly input: HTMLInputElement, private readonly changed: () => void) {
    input.addEventListener("change", () => {
      this.work = this.shrinkAll();
    });
  }

  /** The photos as they are sent. */
  async ready(): Promise<File[]> {
    await this.work.catch(() => undefined);
    return [...(this.input.files ?? [])];
  }

  /** Put photos back that were chosen before. */
  put(photos: Blob[]): void {
    const held = new DataTransfer();
    photos.forEach((photo, n) => {
      const name = photo instanceof File ? photo.name : `foto-${n + 1}.jpg`;
      held.items.add(new File([photo], name, { type: photo.type }));
    });
    this.input.files = held.files;
    this.input.dispatchEvent(new Event("photosready", { bubbles: true }));
  }

  private async shrinkAll(): Promise<void> {
    const chosen = [...(this.input.files ?? [])];
    const small: File[] = [];
    for (const file of chosen) small.push(await shrink(file)); // one at a time: memory is short
    const isSame = chosen.length === this.input.files?.length && chosen.every((f, n) => f === this.input.files?.[n]);
    if (isSame) this.put(small); // else another choice was made meanwhile
    this.changed();
  }
}

async function smallEnough(bitmap: ImageBitmap): Promise<Blob | null> {
  let best: Blob | null = null;
  let side = LONGEST_SIDE_PX;
  while (side >= SMALLEST_SIDE_PX) {
    const canvas = drawn(bitmap, side);
    for (const quality of QUALITIES) {
      best = await encoded(canvas, quality);
      if (!best || best.size <= LARGEST_BYTES) return best;
    }
    side = Math.round(side * 0.75);
  }
  return best;
}

function drawn(bitmap: ImageBitmap, longest: number): HTMLCanvasElement {
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const brush = canvas.getContext("2d");
  if (brush) {
    brush.fillStyle = "#fff"; // a picture with see-through parts becomes white, not black
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  }
  return canvas;
}

function encoded(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
}

function stem(name: string): string {
  return name.replace(/\.[^.]*$/, "").slice(0, 60) || "foto";
}
