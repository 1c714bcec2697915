// Starts every behaviour. Each page works without any of them; they only hurry it.
import { start as time } from "./time.js";
import { start as confirm } from "./confirm.js";
import { start as hold } from "./hold.js";
import { start as undo } from "./undo.js";
import { start as sheets } from "./sheets.js";
import { start as edit } from "./edit.js";
import { start as inbox } from "./inbox.js";
import { start as keys } from "./keys.js";
import { start as palette } from "./palette.js";
import { start as twins } from "./twins.js";
import { start as steps } from "./steps.js";
import { start as cover } from "./cover.js";
import { start as notify } from "./notify.js";
import { start as live } from "./live.js";

for (const begin of [time, confirm, hold, undo, sheets, edit, inbox, keys, palette, twins, steps, cover, notify, live]) begin();
