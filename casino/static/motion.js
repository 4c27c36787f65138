/** Whether things move. */

/** Whether this visitor wants nothing to move, or does not look. */
export function isStill() {
  const asked = matchMedia("(prefers-reduced-motion: reduce)").matches || document.documentElement.dataset.motion === "off";
  return asked || document.hidden;
}
