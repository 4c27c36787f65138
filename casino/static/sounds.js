/** Short sounds, made on the spot: this module is loaded when somebody switches sound on. */

/** What is heard: tones of a wave, each with its pitch in Hz, when it begins and how long it lasts in s, and how loud. */
/** @typedef {"deal" | "chip" | "turn" | "win"} Sound */

/** @type {Record<Sound, [wave: OscillatorType, pitch: number, at: number, lasts: number, loud: number][]>} */
const TONES = {
  deal: [["triangle", 1900, 0, 0.025, 0.05], ["triangle", 900, 0.015, 0.03, 0.05]],
  chip: [["sine", 3100, 0, 0.05, 0.06], ["sine", 4300, 0.03, 0.06, 0.05]],
  turn: [["sine", 660, 0, 0.12, 0.1], ["sine", 880, 0.11, 0.18, 0.1]],
  win: [["sine", 523, 0, 0.12, 0.1], ["sine", 659, 0.1, 0.12, 0.1], ["sine", 784, 0.2, 0.28, 0.1]],
};

/** @type {AudioContext | undefined} */
let context;

/** @param {Sound} sound */
export function play(sound) {
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
  for (const [wave, pitch, at, lasts, loud] of TONES[sound]) {
    const start = context.currentTime + at;
    const [tone, volume] = [new OscillatorNode(context, { type: wave, frequency: pitch }), new GainNode(context, { gain: 0 })];
    volume.gain.setValueAtTime(loud, start);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + lasts);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + lasts);
  }
}
