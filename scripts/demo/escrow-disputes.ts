/** What goes wrong on the site, and how it ends. */
import { dayOf, passTo, type Site } from "./escrow-site.js";

export async function disputeStory(site: Site): Promise<void> {
  await passTo(site, dayOf(site, 1, 6));
}
