/**
 * Takes a picture of each page and state, in both themes and at both widths: `node pictures/take.js FOLDER [FILTER]`.
 * With `--readme FOLDER` those of the README are taken again besides.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { SCENES } from "./scenes.js";

const THEMES = ["light", "dark"];
const WIDTHS = [{ width: 1440, height: 900 }, { width: 390, height: 844 }];

/** What the README shows, as much of it as a window shows: the picture of a scene at a width and in a theme. */
const README = {
  "lobby.1440.light": "lobby.png",
  "table-dealing.1440.light": "table.png",
  "table-dealing.390.dark": "table-phone.png",
};

/** The clocks of the tables must not play along, a table that all have left is over soon, and everybody comes from here, fast. */
const FLAGS = [
  ...["--turn-time", "10m", "--ending-time", "10m", "--empty-after", "2s"],
  ...["guests_per_hour=100000", "messages_per_second=1000", "messages_burst=1000"].flatMap((limit) => ["--limit", limit]),
];

const { values, positionals } = parseArgs({ allowPositionals: true, options: { readme: { type: "string" } } });
const [folder, filter = ""] = positionals;
const chosen = Object.entries(SCENES).filter(([name]) => name.includes(filter));
if (chosen.length === 0) throw new Error(`no scene is called like ${filter}: there are ${Object.keys(SCENES).join(", ")}`);
await mkdir(folder, { recursive: true });
if (values.readme) await mkdir(values.readme, { recursive: true });

const browser = await launch();
try {
  for (const [name, scene] of chosen) await take(name, scene);
} finally {
  await browser.close();
}
console.log(`${chosen.length} scenes are in ${folder}`);

/** One scene, in a house of its own. */
async function take(name, scene) {
  const ends = [];
  const house = await House.open({ after: (end) => ends.push(end) }, browser, ...FLAGS);
  try {
    await scene(house, (page) => shoot(page, name));
  } catch (error) {
    throw new Error(`the scene ${name}`, { cause: error });
  } finally {
    for (const end of ends) await end();
  }
}

/** Takes all pictures of a page as it is now. */
async function shoot(page, name) {
  for (const viewport of WIDTHS) {
    await page.setViewportSize(viewport);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.evaluate(() => document.fonts.ready);
      const picture = `${name}.${viewport.width}.${colorScheme}`;
      await page.screenshot({ path: join(folder, `${picture}.png`), fullPage: true, animations: "disabled" });
      if (values.readme && picture in README) await page.screenshot({ path: join(values.readme, README[picture]) });
    }
  }
}
