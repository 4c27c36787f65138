/** What this browser remembers for its user, where it may; nothing of it is needed. */

/**
 * What is remembered under a name; `otherwise` where there is nothing, or nothing can be kept.
 * @template Value
 * @param {string} name
 * @param {Value} otherwise
 * @returns {Value}
 */
export function recall(name, otherwise) {
  try {
    const kept = localStorage.getItem(name);
    return kept === null ? otherwise : JSON.parse(kept);
  } catch {
    return otherwise;
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Nothing can be kept here: it holds for this page.
  }
}
