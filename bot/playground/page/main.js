// Puts the page together: each part draws itself anew when there is news.

import { drawInspector } from "./inspector.js";
import { drawModal } from "./modal.js";
import { drawPlace } from "./place.js";
import { drawSidebar } from "./sidebar.js";
import { live, onChange, recall } from "./store.js";
import { drawThread } from "./thread.js";

recall();
for (const draw of [drawSidebar, drawPlace, drawThread, drawModal, drawInspector]) onChange(draw);
live();
