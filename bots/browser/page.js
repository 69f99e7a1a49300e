// What is asked about a document after its targets are found: what a control holds, what the page says, its tables.
(() => {
  const api = window[Symbol.for("yakin.browser")];
  if (api.look) return;
  const { Sight, match, plain, seen, wordsOf, nameOf, CONTROLS, CLICKABLE } = api;
  const cut = (text, length) => plain(text).slice(0, length);
  const short = (text) => cut(text, 40);

  const optionName = (control) =>
    plain([...(control.labels ?? [])].map(wordsOf).join(" ")) || plain(control.getAttribute("aria-label")) || textAfter(control) || control.value;

  function textAfter(control) {
    let node = control.nextSibling;
    while (node && !plain(node.textContent)) node = node.nextSibling;
    return node && !node.matches?.(CONTROLS) ? plain(node.textContent) : "";
  }

  function kindOf(element, group) {
    if (group) return element.type === "radio" ? "radios" : "checks";
    if (element.localName === "select") return element.multiple ? "selects" : "select";
    if (element.localName === "textarea") return "textarea";
    if (element.localName === "input") return /^(submit|button|reset|image)$/.test(element.type) ? "button" : element.type;
    return element.isContentEditable ? "content" : "shown";
  }

  const optionsOf = (element, group) =>
    group ? group.map(optionName) : element.localName === "select" ? [...element.options].map((option) => plain(option.text)) : null;

  function describe(element) {
    const type = element.localName === "input" ? `[${element.type}]` : "";
    const name = element.getAttribute("name") || element.id;
    const words = element.matches(CONTROLS) ? ownLabel(element) : nameOf(element);
    const row = element.closest("tr,li,p,dd");
    const where = row && row !== element ? wordsOf(row) : "";
    return `${element.localName}${type}${name ? ` ${name}` : ""}${words ? ` “${short(words)}”` : ""}${where && where !== words ? ` in “${short(where)}”` : ""}`;
  }
  const ownLabel = (element) => [...(element.labels ?? [])].map(wordsOf).join(" ");

  const opensWindow = (element) => {
    const link = element.closest("a[target],area[target]") ?? (element.form?.target ? element.form : null);
    const name = link?.target;
    return Boolean(name) && !/^_(self|parent|top)$/i.test(name) && !frameNamed(window.top, name);
  };
  function frameNamed(root, name) {
    for (let index = 0; index < root.frames.length; index++) {
      try {
        if (root.frames[index].name === name || frameNamed(root.frames[index], name)) return true;
      } catch { /* another origin keeps its name to itself */ }
    }
    return false;
  }

  const info = ({ element, group, fallback, text }) => ({
    kind: kindOf(element, group),
    options: optionsOf(element, group),
    disabled: Boolean(element.disabled || (group && group.every((one) => one.disabled))),
    readonly: Boolean(element.readOnly),
    hidden: !seen(element),
    fallback: fallback ?? null,
    blank: element.localName === "select" ? [...element.options].findIndex((option) => option.value === "") : -1,
    opens: opensWindow(element),
    text: text ?? null,
  });

  // Look for all targets at once and hold what was found, in order; a target that is not found once holds nothing.
  api.find = (requests) => {
    const sight = new Sight();
    api.held = [];
    return requests.map(({ target, wanted, print }) => {
      const found = match(sight, target, wanted);
      api.held.push(found.length === 1 ? found[0] : null);
      return {
        count: found.length,
        found: found.length === 1 ? info(found[0]) : null,
        value: found.length === 1 && wanted === "value" ? valueOf(found[0]) : null,
        print: found.length === 1 && print && found[0].element.matches(`${CONTROLS},${CLICKABLE}`) ? fingerprint(sight, found[0].element) : null,
        described: found.length > 1 ? found.slice(0, 10).map(({ element }) => describe(element)) : [],
      };
    });
  };

  // Elements held by find: [position, member of the group or null] each.
  api.elements = (wanted) => wanted.map(([position, member]) => {
    const { element, group } = api.held[position];
    const one = member === null ? element : group[member];
    return seen(one) || one.type === "file" ? one : [...one.labels].find(seen);
  });

  function valueOf({ element, group, text }) {
    if (!element.isConnected) return null;
    if (text !== undefined) return text;
    const kind = kindOf(element, group);
    if (kind === "radios") return group.filter((one) => one.checked).map(optionName)[0] ?? "";
    if (kind === "checks") return group.filter((one) => one.checked).map(optionName);
    if (kind === "selects") return [...element.selectedOptions].map((option) => plain(option.text));
    if (kind === "select") return plain(element.selectedOptions[0]?.text);
    if (kind === "checkbox" || kind === "radio") return element.checked;
    if (kind === "file") return [...element.files].map((file) => file.name);
    if (kind === "content" || kind === "shown") return shownIn(element);
    return element.value;
  }
  const shownIn = (element) => element.innerText.replace(/[^\S\n]+$/gm, "").trim();

  api.values = () => api.held.map((held) => (held ? valueOf(held) : null));

  function fingerprint(sight, element) {
    const peers = element.matches(CONTROLS) ? sight.controls : sight.all(CLICKABLE).filter(seen);
    const at = peers.indexOf(element);
    const named = (peer) => (peer ? cut(peer.getAttribute("name") || peer.id || labelOf(peer), 10) : "");
    return {
      tag: element.localName,
      type: element.type ?? "",
      name: cut(element.getAttribute("name"), 18),
      id: cut(element.id, 14),
      label: cut(labelOf(element), 20),
      beside: cut(besideOf(element), 14),
      hint: cut(element.placeholder || element.title, 10),
      limit: element.maxLength > 0 ? element.maxLength : 0,
      at,
      of: peers.length,
      before: named(peers[at - 1]),
      after: named(peers[at + 1]),
    };
  }

  const labelOf = (element) => (element.matches(CONTROLS) ? ownLabel(element) || besideOf(element) : nameOf(element));
  const besideOf = (element) => {
    const before = element.closest("td,dd")?.previousElementSibling;
    return before ? wordsOf(before) : "";
  };

  api.fingerprints = () => {
    const sight = new Sight();
    return sight.controls.map((element) => fingerprint(sight, element));
  };

  // Resolves when the document has changed, or after so many milliseconds.
  api.changed = (limit) => new Promise((resolve) => {
    const done = () => { observer.disconnect(); clearTimeout(timer); resolve(); };
    const observer = new MutationObserver(done);
    const timer = setTimeout(done, limit);
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });

  const loaded = (limit) => document.readyState === "complete" ? null : new Promise((resolve) => {
    window.addEventListener("load", () => resolve(), { once: true });
    setTimeout(resolve, limit);
  });
  // A document that is being left ends by being destroyed, unless what it went for turns out to be a file.
  api.left = (limit) => new Promise((resolve) => {
    api.staying = resolve;
    setTimeout(resolve, limit);
  });
  api.stay = () => {
    api.leaving = false;
    api.staying?.();
  };

  api.forgetOpened = () => {
    const opened = api.opened;
    api.opened = 0;
    return opened;
  };

  api.look = async ({ signedIn, refused, alreadyThere, limit }) => {
    await loaded(limit);
    const sight = refused || alreadyThere || signedIn ? new Sight() : null;
    const opened = api.forgetOpened();
    const texts = (target) => target ? match(sight, target, "any").map(({ element }) => shownIn(element)).filter(Boolean) : [];
    return {
      url: location.href,
      status: performance.getEntriesByType("navigation")[0]?.responseStatus ?? 0,
      document: performance.timeOrigin,
      opened,
      leaving: api.leaving,
      refused: texts(refused),
      alreadyThere: texts(alreadyThere),
      signedIn: signedIn ? match(sight, signedIn, "any").length > 0 : true,
    };
  };

  function cellText(cell) {
    const control = cell.querySelector(CONTROLS);
    return control && seen(control) ? String(valueOf({ element: control })) : shownIn(cell);
  }

  function grid(table) {
    const lines = [];
    const rows = [...table.rows].filter(seen);
    rows.forEach((row, y) => {
      lines[y] ??= [];
      let x = 0;
      for (const cell of row.cells) {
        while (lines[y][x] !== undefined) x++;
        const text = cellText(cell);
        for (let down = 0; down < Math.min(cell.rowSpan || 1, rows.length - y); down++)
          for (let right = 0; right < cell.colSpan; right++) (lines[y + down] ??= [])[x + right] = text;
        x += cell.colSpan;
      }
    });
    const isHead = (row) => row.parentElement.localName === "thead" || (row.cells.length > 0 && [...row.cells].every((cell) => cell.localName === "th"));
    let heads = rows.findIndex((row) => !isHead(row));
    if (heads === -1) heads = rows.length;
    return { heads, lines };
  }

  api.tables = ({ caption, within, index }) => {
    const sight = new Sight();
    let tables = sight.all("table").filter(seen);
    if (caption) tables = tables.filter((table) => plain(table.caption?.textContent) === plain(caption) || headingOf(table) === plain(caption));
    if (within) {
      const inside = match(sight, typeof within === "string" ? { text: within } : within, "any").map(({ element }) => element);
      tables = tables.filter((table) => inside.some((element) => element.contains(table) || table.contains(element)));
    }
    const captions = sight.all("table").filter(seen).map((table) => plain(table.caption?.textContent) || headingOf(table)).filter(Boolean);
    if (index) tables = tables.slice(index - 1, index);
    return { count: tables.length, captions, table: tables.length === 1 ? grid(tables[0]) : null };
  };

  // Old pages put the heading of a table before it.
  function headingOf(table) {
    const before = table.previousElementSibling;
    return before?.matches("h1,h2,h3,h4,h5,h6,p,div,b,font,center") ? wordsOf(before) : "";
  }

  // Old libraries teach arrays and texts a JSON of their own.
  const { parse, stringify } = JSON;
  const TEACHABLE = [Object, Array, String, Number, Boolean].map((kind) => kind.prototype);
  function written(answer) {
    const taught = TEACHABLE.filter((one) => Object.hasOwn(one, "toJSON")).map((one) => [one, Object.getOwnPropertyDescriptor(one, "toJSON")]);
    for (const [one] of taught) delete one.toJSON;
    try {
      return stringify(answer ?? null);
    } finally {
      for (const [one, own] of taught) Object.defineProperty(one, "toJSON", own);
    }
  }

  // One function of this script, called from outside: its name and what it is given as JSON, and so is the answer.
  api.answer = async (question) => {
    const [name, given] = parse(question);
    return written(await api[name](given));
  };

  const open = window.open;
  const known = new WeakSet();
  window.open = function (...given) {
    const opened = open.apply(this, given);
    if (opened && opened.top !== window.top && !known.has(opened)) {
      known.add(opened);
      api.opened += 1;
    }
    return opened;
  };
  window.navigation?.addEventListener("navigate", (event) => {
    if (!event.hashChange && event.downloadRequest === null && event.destination.sameDocument === false) api.leaving = true;
  });
  window.navigation?.addEventListener("navigateerror", api.stay);
})();
