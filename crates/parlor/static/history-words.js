/** @import {Moment} from "./history-recording.js" */

/** What happened at a moment, in words. */

/** What a record of each kind is, where nothing more is known. @type {Record<string, (who: string) => string>} */
const HAPPENED = {
  created: () => "The table is opened.",
  joined: (who) => `${who} sits down.`,
  left: (who) => `${who} gives up the seat.`,
  watched: (who) => `${who} comes to watch.`,
  unwatched: (who) => `${who} stops watching.`,
  acted: (who) => `${who} makes a move.`,
  woke: () => "The table goes on by itself.",
  said: (who) => `${who} says something.`,
  sent: () => "The house tells something.",
  resumed: () => "The site was restarted, and the table goes on.",
  closed: () => "The table is closed.",
};

/**
 * How the game itself tells what changed between two views.
 * @typedef {(before: any, after: any, user: string) => {told: string[]}} Story
 */

/**
 * What happened at a moment: what was said, or what the game tells of it, or else who did what.
 * @param {Moment} moment
 * @param {Moment | undefined} before the moment before, where it is known
 * @param {Story | null} story
 */
export function sentence(moment, before, story) {
  const { kind, who, said, view, user } = moment;
  if (said !== undefined) return `${who}: ${said}`;
  const told = story && before?.view && view && before.view !== view ? story(before.view, view, user ?? "").told : [];
  return told.length > 0 ? told.join(" ") : plain(moment, HAPPENED[kind]?.(who ?? "Somebody") ?? kind);
}

/**
 * @param {Moment} moment
 * @param {string} otherwise
 */
function plain({ who, action, events = [] }, otherwise) {
  if (action) return `${who}: ${words(action)}.`;
  return events.length > 0 ? `${otherwise} ${events.map((event) => `${words(event)}.`).join(" ")}` : otherwise;
}

/**
 * A message as words: its type, and what is in it.
 * @param {{type: string, data?: unknown}} message
 */
function words({ type, data }) {
  const inside = typeof data === "object" && data !== null ? Object.values(data) : data === undefined ? [] : [data];
  const plain = inside.filter((value) => ["string", "number", "boolean"].includes(typeof value)).map(String);
  return [type.replaceAll("_", " "), ...plain].join(" ");
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** The time of day of a moment. @param {number} at */
export function timeOf(at) {
  return CLOCK.format(at);
}

/** The day of a moment. @param {number} at */
export function dayOf(at) {
  return DAY.format(at);
}
