/**
 * A session played back, for any game: drawn with the game's own board where it has one, and as JSON else.
 *
 * Hooks for tests: history (data-seq, data-playing, data-state: loading, ready, refused), moment-story, moment-when, seen-by,
 * timeline, first, previous, play (aria-pressed), next, last, round, speed, copy-moment, moment-copied, moments (its links have
 * data-seq, the shown one aria-current), view, sharing, sharing-state, shared-link, make-link, take-back-link, copy-shared.
 */
import { drawList, element, find, setText } from "./dom.js";
import { Recording } from "./history-recording.js";
import { copy, sharing } from "./history-sharing.js";
import { dayOf, sentence, timeOf } from "./history-words.js";

/** @import {Moment} from "./history-recording.js" */
/** @import {Story} from "./history-words.js" */

/** The longest pause between two moments, in milliseconds at the real speed: nobody waits for people who thought. */
const LONGEST_PAUSE = 2500;

/** The shortest, whatever the speed: a moment is to be seen. */
const SHORTEST_PAUSE = 60;

/** How many moments before and after the shown one are listed. */
const LISTED = 60;

const root = find("#history", HTMLElement);
const timeline = find("#timeline", HTMLInputElement);
const rounds = find("#round", HTMLSelectElement);
const speed = find("#speed", HTMLSelectElement);
const play = find("#play", HTMLButtonElement);
const list = find("#moments", HTMLElement);
const still = matchMedia("(prefers-reduced-motion: reduce)");

const share = new URLSearchParams(location.search).get("share") ?? "";
const recording = new Recording(`${root.dataset.api}/history`, share);

/** @type {Moment | undefined} the moment that is shown */
let shown;
/** What was asked for last: an answer to something earlier is not shown. */
let asked = 0;
let timer = 0;

/** @type {{draw: (view: any, how: {user: string, instant: boolean}) => void}} */
let board;
/** @type {Story | null} */
let story = null;

/** Loads what the game has of its own, and shows the moment that the address names, or the first. */
async function begin() {
  board = await boardOf(root.dataset.board);
  if (root.dataset.story) ({ story } = await import(root.dataset.story));
  await go(() => (named() ? recording.at(named()) : recording.after(0)), { instant: true });
  if (root.dataset.sharing) await sharing(root.dataset.sharing);
}

/** @param {string | undefined} script */
async function boardOf(script) {
  if (script) return (await import(script)).board(find("#history-board", HTMLElement));
  const shows = find("#history-view", HTMLElement);
  return { draw: (/** @type {unknown} */ view) => setText(shows, JSON.stringify(view, null, 2)) };
}

/** The number that the address names; zero where it names none. */
function named() {
  return Number(/^#([0-9]+)$/.exec(location.hash)?.[1] ?? 0);
}

/**
 * Shows a moment that has to be found first; what was asked for later is shown instead.
 * @param {() => Promise<Moment | undefined>} search
 * @param {{instant?: boolean}} [how]
 * @returns {Promise<boolean>} whether it was there
 */
async function go(search, { instant = false } = {}) {
  const mine = (asked += 1);
  try {
    const found = await search();
    if (mine === asked && found) await show(found, instant);
    return found !== undefined;
  } catch (error) {
    if (mine === asked) refuse(/** @type {Error} */ (error).message);
    return false;
  }
}

/** @param {string} why */
function refuse(why) {
  pause();
  root.dataset.state = "refused";
  setText(find("#moment-story", HTMLElement), `${why.charAt(0).toUpperCase()}${why.slice(1)}.`);
}

/**
 * @param {Moment} moment
 * @param {boolean} instant
 */
async function show(moment, instant) {
  const inList = list.contains(document.activeElement);
  shown = moment;
  root.dataset.seq = String(moment.seq);
  root.dataset.state = "ready";
  if (moment.view) board.draw(moment.view, { user: moment.user ?? "", instant: instant || still.matches });
  history.replaceState(history.state, "", `#${moment.seq}`);
  const around = recording.around(moment.seq);
  const place = around.findIndex(({ seq }) => seq === moment.seq);
  // A page that is just being read anew is not there.
  const [near, index] = place < 0 ? [[moment], 0] : [around, place];
  setText(find("#moment-story", HTMLElement), sentence(moment, near[index - 1], story));
  const round = roundOf(moment.seq);
  drawTimeline(moment, round);
  drawRounds(round);
  drawMoments(near, index, inList);
  drawEyes(moment);
}

/** How many rounds had begun with that record. @param {number} seq */
function roundOf(seq) {
  return recording.rounds.filter((start) => start <= seq).length;
}

/**
 * @param {Moment} moment
 * @param {number} round
 */
function drawTimeline({ seq, at }, round) {
  timeline.max = String(recording.last);
  timeline.value = String(seq);
  const when = `${dayOf(at)}, ${timeOf(at)}`;
  const place = recording.rounds.length > 1 ? `round ${round}, ${seq} of ${recording.last}` : `${seq} of ${recording.last}`;
  timeline.setAttribute("aria-valuetext", `${place}, ${timeOf(at)}`);
  setText(find("#moment-when", HTMLElement), `${when} · ${place}`);
}

/** @param {number} round */
function drawRounds(round) {
  find("#round-field", HTMLElement).hidden = recording.rounds.length < 2;
  const starts = recording.rounds.map((seq, index) => ({ seq, name: String(index + 1) }));
  drawList(rounds, starts, ({ seq }) => String(seq), ({ seq, name }) => new Option(name, String(seq)));
  rounds.selectedIndex = round - 1;
}

/**
 * @param {Moment[]} near those around the shown one, and more
 * @param {number} index of the shown one
 * @param {boolean} focused whether the list has the focus, and is to keep it
 */
function drawMoments(near, index, focused) {
  const lines = near.map((moment, index) => ({ moment, before: near[index - 1] }));
  const listed = lines.slice(Math.max(0, index - LISTED), index + LISTED + 1);
  drawList(list, listed, ({ moment }) => String(moment.seq), newLine, (line, { moment, before }) => {
    const link = find("a", HTMLAnchorElement, line);
    const current = moment === near[index];
    setText(find("span", HTMLElement, line), sentence(moment, before, story));
    link.tabIndex = current ? 0 : -1;
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
  const current = find("a[aria-current]", HTMLAnchorElement, list);
  if (focused) current.focus({ preventScroll: true });
  const { offsetTop, offsetHeight } = current;
  const above = offsetTop - list.offsetTop;
  if (above < list.scrollTop || above + offsetHeight > list.scrollTop + list.clientHeight) {
    list.scrollTop = above - list.clientHeight / 2;
  }
}

/** @param {{moment: Moment}} line */
function newLine({ moment: { seq, at, said } }) {
  const line = element("li", said === undefined ? "moment" : "moment chat-line");
  const link = document.createElement("a");
  const time = element("time", "", timeOf(at));
  time.setAttribute("datetime", new Date(at).toISOString());
  link.href = `#${seq}`;
  link.dataset.seq = String(seq);
  link.append(time, element("span", ""));
  line.append(link);
  return line;
}

/** @param {Moment} moment */
function drawEyes({ user }) {
  const by = root.dataset.sharedBy;
  if (by) return;
  setText(find("#seen-by", HTMLElement), user ? "As you saw it from your seat." : "As those who watched could see it.");
}

/** @param {{instant?: boolean}} [how] */
async function forward({ instant = false } = {}) {
  if (!shown) return false;
  const { seq } = shown;
  const next = () => recording.after(seq);
  if (await go(next, { instant })) return true;
  if (recording.finished) return false;
  await recording.refresh().catch(() => {});
  return go(next, { instant });
}

const back = () => go(async () => (shown ? recording.before(shown.seq) : undefined), { instant: true });
const first = () => go(() => recording.after(0), { instant: true });

function end() {
  return go(async () => {
    await recording.refresh();
    return recording.at(recording.last);
  }, { instant: true });
}

/** Goes on by itself, with the pauses that there were, but for long ones. */
async function goOn() {
  if (!shown) return;
  const { at, seq } = shown;
  const next = await recording.after(seq).catch(() => undefined);
  if (!isPlaying()) return;
  const real = Math.min(Math.max(0, (next?.at ?? at) - at), LONGEST_PAUSE);
  timer = window.setTimeout(async () => {
    const went = await forward({ instant: Number(speed.value) > 2 });
    if (isPlaying()) went ? goOn() : pause();
  }, Math.max(SHORTEST_PAUSE, real / Number(speed.value)));
}

function isPlaying() {
  return root.dataset.playing === "true";
}

async function start() {
  become(true);
  // At the end there is nothing to play but the beginning.
  if (shown && recording.finished && !(await recording.after(shown.seq).catch(() => shown))) await first();
  if (isPlaying()) goOn();
}

function pause() {
  clearTimeout(timer);
  become(false);
}

/** @param {boolean} playing */
function become(playing) {
  root.dataset.playing = String(playing);
  play.setAttribute("aria-pressed", String(playing));
  setText(play, playing ? "Pause" : "Play");
}

const toggle = () => (isPlaying() ? pause() : void start());

/** By hand: what plays is stopped first. @param {() => unknown} step */
function byHand(step) {
  pause();
  step();
}

/** What each key does. @type {Record<string, () => void>} */
const KEYS = {
  ArrowRight: () => byHand(forward),
  ArrowLeft: () => byHand(back),
  Home: () => byHand(first),
  End: () => byHand(end),
  " ": toggle,
};

/** What else goes on and back where one is in the list, or on the timeline. @type {Record<string, string>} */
const DOWN_THE_LIST = { ArrowDown: "ArrowRight", ArrowUp: "ArrowLeft" };
/** @type {Record<string, string>} */
const UP_THE_LINE = { ArrowUp: "ArrowRight", ArrowDown: "ArrowLeft" };

document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const turned = target.closest("#moments") ? DOWN_THE_LIST : target === timeline ? UP_THE_LINE : {};
  const action = KEYS[turned[event.key] ?? event.key];
  // Keys that mean something where the focus is keep that meaning.
  const own = target.closest("select, textarea, pre, input:not([type=range])") ?? (event.key === " " && target.closest("button, a"));
  if (!action || own || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  action();
});

for (const [id, step] of Object.entries({ first, previous: back, next: forward, last: end })) {
  find(`#${id}`, HTMLButtonElement).addEventListener("click", () => byHand(step));
}
play.addEventListener("click", toggle);
timeline.addEventListener("input", () => byHand(() => go(() => recording.at(Number(timeline.value)), { instant: true })));
rounds.addEventListener("change", () => byHand(() => go(() => recording.at(Number(rounds.value)), { instant: true })));
addEventListener("hashchange", () => byHand(() => go(() => recording.at(named()), { instant: true })));
list.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.focus({ preventScroll: true });
  byHand(() => go(() => recording.at(Number(link.dataset.seq)), { instant: true }));
});
find("#copy-moment", HTMLButtonElement).addEventListener("click", () => {
  copy(location.href, find("#moment-copied", HTMLElement));
});

root.dataset.state = "loading";
begin();
