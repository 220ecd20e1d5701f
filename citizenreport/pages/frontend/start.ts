// Beginning with the photo or the place.

import { find, focusOnFaults, showScripted } from "./_page";
import { offerPhotoPlace } from "./_photo_place";
import { offerPosition } from "./_place";

const form = find<HTMLFormElement>("#mulai");
if (form) {
  showScripted();
  const place = offerPosition(form);
  if (place) offerPhotoPlace(form, place);
  focusOnFaults();
}
