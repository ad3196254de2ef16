// What pages gain with scripts. Every page works without; nothing here is needed to declare.
import { startBand } from "./band.js";
import { startButtons } from "./buttons.js";
import { startFragments } from "./fragments.js";
import { startKeeping } from "./keep.js";
import { startSending } from "./resend.js";

startBand();
startButtons();
startFragments();
startKeeping();
startSending();
