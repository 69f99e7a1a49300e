// Finds what a clerk sees on a page: a field by the words beside it, a button by the words on it. Runs inside each
// document; one call finds many targets. Nothing here changes the page: input is sent by the browser itself.
(() => {
  const KEY = Symbol.for("yakin.browser");
  if (window[KEY]) return;
  const api = { held: [], opened: 0, leaving: false };
  Object.defineProperty(window, KEY, { value: api });

  const CONTROLS =
    "input:not([type=hidden],[type=submit],[type=button],[type=reset],[type=image]),select,textarea,[contenteditable=''],[contenteditable=true]";
  const BUTTONS = "button,input[type=submit],input[type=button],input[type=reset],input[type=image],[role=button],summary";
  const LINKS = "a[href],area[href],[role=link]";
  const CLICKABLE = `${BUTTONS},${LINKS},[onclick],[role=menuitem],[role=tab],[role=option]`;
  const BLOCKS = "tr,li,fieldset,table,section,article,form,dialog,[role=row],[role=group],[role=region],[role=dialog]";
  const TIGHT = "td,th,dt,dd,li,p,label,legend";
  const SILENT = "script,style,noscript,template,select,textarea,option,datalist,button";
  const ROLES = {
    button: BUTTONS, link: LINKS, row: "tr", table: "table", cell: "td", columnheader: "th", heading: "h1,h2,h3,h4,h5,h6",
    listitem: "li", list: "ul,ol", form: "form", dialog: "dialog", textbox: "input:not([type]),input[type=text],textarea",
    checkbox: "input[type=checkbox]", radio: "input[type=radio]", combobox: "select", group: "fieldset", img: "img",
    navigation: "nav", main: "main", status: "output", option: "option",
  };

  // White space folds as a browser shows it; the full-width space between family and given name is a character.
  const plain = (text) => (text ?? "").replace(/[ \t\n\r\f\u00a0]+/g, " ").trim();
  const MARKS = /[[(【〔<](?:入力必須|必須項目|必須|任意)[\])】〕>]|(?:入力必須|必須項目|必須|任意)$|[\s※*★●■◆▶►»«:→]/g;
  // The same words but for width, spaces and the marks of required fields.
  const loose = (text) => plain(text).normalize("NFKC").replace(MARKS, "");
  const SAME = [plain, loose];

  const seen = (element) =>
    element.localName === "area" || element.checkVisibility({ checkVisibilityCSS: true, visibilityProperty: true });
  const TOGGLES = new Set(["checkbox", "radio", "file"]);
  const usable = (control) =>
    seen(control) || (TOGGLES.has(control.type) && [...(control.labels ?? [])].some(seen));

  function wordsOf(element) {
    let words = "";
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, (node) =>
      node.nodeType === Node.TEXT_NODE ? NodeFilter.FILTER_ACCEPT
      : node.matches(SILENT) ? NodeFilter.FILTER_REJECT
      : NodeFilter.FILTER_SKIP);
    while (walker.nextNode()) words += walker.currentNode.data;
    return plain(words);
  }

  const byIds = (element, attribute) =>
    (element.getAttribute(attribute) ?? "").split(/\s+/).filter(Boolean)
      .map((id) => element.getRootNode().getElementById?.(id)).filter(Boolean).map(wordsOf).join(" ");

  function nameOf(element) {
    const own = element.getAttribute("aria-label") || byIds(element, "aria-labelledby");
    if (own) return plain(own);
    if (element.localName === "input") return plain(element.value || element.alt || element.title);
    const images = [...element.querySelectorAll("img[alt]")].map((image) => image.alt).join(" ");
    return plain(wordsOf(element) || images || element.title || element.getAttribute("alt"));
  }

  const inOrder = (elements) =>
    [...new Set(elements)].sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  const innermost = (elements) => elements.filter((one) => !elements.some((other) => other !== one && one.contains(other)));

  // What is looked up more than once while one call is answered.
  class Sight {
    constructor() {
      this.scopes = [];
      const open = (root) => {
        this.scopes.push(root);
        for (const element of root.querySelectorAll("*")) if (element.shadowRoot) open(element.shadowRoot);
      };
      open(document);
    }

    all(selector) {
      return this.scopes.flatMap((scope) => [...scope.querySelectorAll(selector)]);
    }

    get controls() {
      return (this._controls ??= this.all(CONTROLS).filter(usable));
    }

    // Controls with the names the page itself ties to them.
    get labelled() {
      return (this._labelled ??= this.controls.map((element) => ({
        element,
        names: [...[...(element.labels ?? [])].map(wordsOf), byIds(element, "aria-labelledby"), plain(element.getAttribute("aria-label"))]
          .filter(Boolean),
      })));
    }

    get groups() {
      return (this._groups ??= this.all("fieldset,[role=radiogroup],[role=group]").filter(seen).map((element) => ({
        element,
        name: plain(element.querySelector(":scope > legend") ? wordsOf(element.querySelector(":scope > legend")) : nameless(element)),
      })));
    }

    // Pieces of text that may be the label of something near them.
    get texts() {
      if (this._texts) return this._texts;
      this._texts = [];
      for (const scope of this.scopes) {
        const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, (node) =>
          node.nodeType === Node.TEXT_NODE ? (node.data.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT)
          : node.matches(SILENT) || !seen(node) ? NodeFilter.FILTER_REJECT
          : NodeFilter.FILTER_SKIP);
        while (walker.nextNode()) {
          const node = walker.currentNode;
          if (!node.parentElement?.closest("label")?.control) this._texts.push({ node, words: plain(node.data) });
        }
        // A label may be set in several pieces: 氏<br>名.
        for (const cell of scope.querySelectorAll("td,th,dt,label,legend,caption"))
          if (cell.childNodes.length > 1 && !cell.control && seen(cell) && !cell.querySelector(CONTROLS))
            this._texts.push({ node: cell, words: wordsOf(cell) });
      }
      return this._texts;
    }

    following(node, inside) {
      return this.controls.filter((control) =>
        (!inside || inside.contains(control)) && node.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_FOLLOWING
        && !node.contains(control));
    }
  }

  const nameless = (element) => element.getAttribute("aria-label") || byIds(element, "aria-labelledby");

  function between(node, control) {
    const range = document.createRange();
    range.setStartAfter(node);
    range.setEndBefore(control);
    return range.cloneContents().textContent;
  }

  // Radio buttons of one name are one field; so are check boxes that share one label.
  function asFields(controls) {
    if (controls.length > 1 && controls.every((control) => control.type === "checkbox"))
      return [{ element: controls[0], group: controls }];
    const fields = [];
    const names = new Set();
    for (const control of controls) {
      if (control.type !== "radio") fields.push({ element: control });
      else if (!names.has(control.name)) {
        names.add(control.name);
        fields.push({ element: control, group: controls.filter((other) => other.type === "radio" && other.name === control.name) });
      }
    }
    return fields;
  }

  const how = (fields, fallback) => fields.map((field) => ({ ...field, fallback }));

  function besideText(sight, node, wanted) {
    const from = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    let before = node.previousSibling;
    while (before && before.nodeType === Node.TEXT_NODE && !before.data.trim()) before = before.previousSibling;
    if (before?.matches?.("input[type=checkbox],input[type=radio]")) return [{ element: before, fallback: "control before the text" }];
    const cell = from.closest(TIGHT);
    if (cell) {
      const inside = sight.following(node, cell);
      if (inside.length) {
        const fields = asFields(inside.filter((one) => one === inside[0] || TOGGLES.has(inside[0].type)));
        return how(fields.slice(0, 1), "same cell");
      }
      const next = cell.nextElementSibling;
      if (cell.matches("td,th,dt") && next?.matches(cell.matches("dt") ? "dd" : "td")) {
        const fields = asFields(sight.controls.filter((control) => next.contains(control)));
        if (fields.length) return how(fields, "next cell");
        return wanted === "value" ? [{ element: next }] : [];
      }
      if (cell.matches("td,th")) return [];
    }
    const nearest = sight.following(node, null)[0];
    if (nearest && loose(between(node, nearest)) === "") {
      const parent = nearest.parentElement;
      return how(asFields(sight.following(node, parent)).slice(0, 1), "following sibling");
    }
    const sibling = wanted === "value" ? from.nextElementSibling : null;
    return sibling && seen(sibling) && wordsOf(sibling) ? [{ element: sibling, fallback: "following sibling" }] : [];
  }

  const unique = (matches) => {
    const first = new Map();
    for (const match of matches) if (!first.has(match.element)) first.set(match.element, match);
    return inOrder(first.keys()).map((element) => first.get(element));
  };

  function byLabel(sight, words, wanted) {
    for (const same of SAME) {
      const asked = same(words);
      const groups = sight.groups.filter((group) => same(group.name) === asked)
        .flatMap((group) => asFields(sight.controls.filter((control) => group.element.contains(control) && TOGGLES.has(control.type))));
      const tied = sight.labelled.filter((one) => one.names.some((name) => same(name) === asked)).map(({ element }) => ({ element }));
      if (groups.length + tied.length) return unique([...groups, ...tied]);
      const beside = sight.texts.filter((text) => same(text.words) === asked)
        .flatMap((text) => besideText(sight, text.node, wanted));
      if (beside.length) return unique(beside);
    }
    const hinted = sight.controls.filter((control) => [control.placeholder, control.title].some((hint) => hint && loose(hint) === loose(words)));
    if (hinted.length) return hinted.map((element) => ({ element, fallback: "hint inside the control" }));
    if (wanted !== "value") return [];
    // 登録番号：123 in one piece.
    return sight.texts.flatMap(({ node, words: text }) => {
      const rest = text.startsWith(words) ? /^\s*[:：]\s*(.+)$/.exec(text.slice(words.length)) : null;
      return rest ? [{ element: node.parentElement ?? node, text: rest[1] }] : [];
    });
  }

  function byName(elements, words) {
    for (const same of SAME) {
      const found = elements.filter((element) => same(nameOf(element)) === same(words));
      if (found.length) return innermost(found);
    }
    return [];
  }

  function byText(sight, words) {
    const asked = plain(words);
    const exact = sight.texts.filter((text) => text.words === asked);
    const found = exact.length ? exact : sight.texts.filter((text) => text.words.includes(asked));
    const elements = found.map(({ node }) => (node.nodeType === Node.TEXT_NODE ? node.parentElement : node)).filter(Boolean);
    const named = exact.length ? [] : sight.all(BUTTONS).filter((element) => seen(element) && nameOf(element) === asked);
    return innermost([...new Set([...elements, ...named])]);
  }

  const attribute = (sight, name, value) => sight.all(`[${name}]`).filter((element) => plain(element.getAttribute(name)) === plain(value));

  function candidates(sight, target, wanted) {
    const as = (elements) => elements.filter(seen).map((element) => ({ element }));
    if (target.label !== undefined) return byLabel(sight, target.label, wanted);
    if (target.button !== undefined) return as(byName(sight.all(BUTTONS).filter(seen), target.button));
    if (target.link !== undefined) return as(byName(sight.all(LINKS).filter(seen), target.link));
    if (target.click !== undefined) return as(byName(sight.all(CLICKABLE).filter(seen), target.click));
    if (target.placeholder !== undefined) return as(attribute(sight, "placeholder", target.placeholder));
    if (target.title !== undefined) return as(attribute(sight, "title", target.title));
    if (target.testid !== undefined) return as(attribute(sight, "data-testid", target.testid));
    if (target.css !== undefined)
      return sight.all(target.css).filter((element) => seen(element) || element.type === "file").map((element) => ({ element }));
    if (target.role !== undefined) {
      const own = sight.all(`[role="${CSS.escape(target.role)}"]`);
      const implied = ROLES[target.role] ? sight.all(ROLES[target.role]).filter((element) => !element.hasAttribute("role")) : [];
      const found = [...own, ...implied];
      if (target.text === undefined) return as(found);
      const exact = byName(found.filter(seen), target.text);
      return as(exact.length ? exact : innermost(found.filter((element) => plain(element.textContent).includes(plain(target.text)))));
    }
    return as(byText(sight, target.text));
  }

  // The smallest rows, lists, tables or sections that hold a text or an element.
  function blocks(sight, within) {
    if (typeof within !== "string") return match(sight, within, "any").map(({ element }) => element);
    return innermost([...new Set(byText(sight, within).map((element) => element.closest(BLOCKS)).filter(Boolean))]);
  }

  function match(sight, target, wanted) {
    let found = candidates(sight, target, wanted);
    if (target.within) {
      const inside = blocks(sight, target.within);
      found = found.filter(({ element }) => inside.some((block) => block.contains(element)));
    }
    found = unique(found);
    if (target.nth) found = found.slice(target.nth - 1, target.nth);
    return found;
  }

  // Names on the page that a name in the workflow may have been meant for.
  api.names = (wanted) => {
    const sight = new Sight();
    const names = wanted === "click"
      ? sight.all(CLICKABLE).filter(seen).map(nameOf)
      : [...sight.labelled.flatMap((one) => one.names), ...sight.groups.map((group) => group.name),
         ...sight.texts.filter(({ node, words }) => words.length <= 30 && besideText(sight, node, wanted).length).map(({ words }) => words)];
    return [...new Set(names.filter(Boolean))].slice(0, 300);
  };

  Object.assign(api, { Sight, match, plain, seen, wordsOf, nameOf, CONTROLS, CLICKABLE });
})();
