// Choosing what the report is about.

import { searchWhileTyping } from "./_category";

searchWhileTyping();
