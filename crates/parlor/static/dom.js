/** Small helpers for pages that draw from data: what did not change is not touched, so focus and reading position stay. */

/**
 * The element that a page must have; its absence is a mistake of the template.
 * @template {Element} Kind
 * @param {string} selector
 * @param {new () => Kind} kind
 * @param {ParentNode} [within]
 * @returns {Kind}
 */
export function find(selector, kind, within = document) {
  const found = within.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} ${selector}`);
  return found;
}

/**
 * A copy of the one element in a `<template>`.
 * @param {string} selector
 * @param {ParentNode} [within]
 * @returns {HTMLElement}
 */
export function copyOf(selector, within = document) {
  const first = find(selector, HTMLTemplateElement, within).content.firstElementChild;
  return /** @type {HTMLElement} */ (document.importNode(/** @type {Element} */ (first), true));
}

/**
 * A new element with a class and a text.
 * @param {string} tag
 * @param {string} className
 * @param {string} [text]
 */
export function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/**
 * Sets an element's text, if it is another.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Makes the children of `parent` the elements of `items`, in order. Children are known by their
 * `data-key`; those that stay are updated in place, and moved only where the order changed.
 * @template Item
 * @param {Element} parent
 * @param {readonly Item[]} items
 * @param {(item: Item, index: number) => string} keyOf
 * @param {(item: Item) => HTMLElement} create
 * @param {(child: HTMLElement, item: Item) => void} [update]
 */
export function drawList(parent, items, keyOf, create, update = () => {}) {
  const keys = items.map(keyOf);
  const wanted = new Set(keys);
  /** @type {Map<string, HTMLElement>} */
  const present = new Map();
  for (const child of /** @type {HTMLElement[]} */ ([...parent.children])) {
    const key = child.dataset.key ?? "";
    if (wanted.has(key)) present.set(key, child);
    else child.remove();
  }
  let next = parent.firstElementChild;
  items.forEach((item, index) => {
    const key = keys[index];
    const child = present.get(key) ?? create(item);
    child.dataset.key = key;
    update(child, item);
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  });
}

/**
 * Makes the children of `parent` one element for each name.
 * @param {Element} parent
 * @param {readonly string[]} names
 */
export function drawNames(parent, names) {
  drawList(parent, names, (name) => name, (name) => element("li", "name", name));
}
