// The page of a published report that this browser has joined: what was being written instead goes.

import { forgetArrived } from "./_drafts";

void forgetArrived();
