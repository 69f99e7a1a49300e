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
    if (!element.firstElementChild) return plain(element.textContent);
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

  const gather = (pairs) => {
    const index = new Map();
    for (const [key, value] of pairs) index.has(key) ? index.get(key).push(value) : index.set(key, [value]);
    return index;
  };

  // What is looked up more than once while one call is answered. Pages are long and visibility is dear: words are
  // indexed as they are, and only what answers to a target is looked at more closely.
  class Sight {
    constructor() {
      this.scopes = [];
      this.indexes = new Map();
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
      return (this._labelled ??= this.controls.map((element) => ({ element, names: namesOf(element) })));
    }

    get groups() {
      return (this._groups ??= this.all("fieldset,[role=radiogroup],[role=group]").filter(seen).map((element) => {
        const legend = element.querySelector(":scope > legend");
        return { element, name: legend ? wordsOf(legend) : plain(ariaName(element)) };
      }));
    }

    // All pieces of text, shown or not.
    get texts() {
      if (this._texts) return this._texts;
      this._texts = [];
      for (const scope of this.scopes) {
        const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const words = plain(walker.currentNode.data);
          if (words) this._texts.push({ node: walker.currentNode, words });
        }
        // A label may be set in several pieces: 氏<br>名.
        for (const cell of scope.querySelectorAll("td,th,dt,label,legend,caption"))
          if (cell.childNodes.length > 1 && !cell.querySelector(CONTROLS)) this._texts.push({ node: cell, words: wordsOf(cell) });
      }
      return this._texts;
    }

    index(name, same, pairs) {
      const key = `${name} ${same.name}`;
      if (!this.indexes.has(key)) this.indexes.set(key, gather(pairs()));
      return this.indexes.get(key);
    }

    tied(words, same) {
      const groups = () => this.groups.filter((group) => group.name).flatMap((group) => {
        const toggles = this.controls.filter((control) => TOGGLES.has(control.type) && group.element.contains(control));
        return asFields(toggles).map((field) => [same(group.name), field]);
      });
      const single = () => this.labelled.flatMap(({ element, names }) => [...new Set(names.map(same))].map((name) => [name, { element }]));
      return this.index("tied", same, () => [...groups(), ...single()]).get(same(words)) ?? [];
    }

    // Shown pieces of text with these words.
    written(words, same) {
      const found = this.index("written", same, () => this.texts.map((text) => [same(text.words), text])).get(same(words)) ?? [];
      return found.filter(({ node }) => legible(node));
    }

    following(node, inside) {
      const controls = inside ? [...inside.querySelectorAll(CONTROLS)].filter(usable) : this.controls;
      return controls.filter((control) =>
        node.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_FOLLOWING && !node.contains(control));
    }
  }

  const ariaName = (element) => element.getAttribute("aria-label") || byIds(element, "aria-labelledby");
  const namesOf = (control) =>
    [...[...(control.labels ?? [])].map(wordsOf), byIds(control, "aria-labelledby"), plain(control.getAttribute("aria-label"))].filter(Boolean);

  const holder = (node) => (node.nodeType === Node.TEXT_NODE ? node.parentElement : node);
  function legible(node) {
    const element = holder(node);
    return Boolean(element) && !element.closest(SILENT) && seen(element);
  }

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
    const from = holder(node);
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

  const mayLabel = ({ node }) => !holder(node).closest("label")?.control;

  function byLabel(sight, words, wanted) {
    for (const same of SAME) {
      const tied = sight.tied(words, same);
      if (tied.length) return unique(tied);
      const beside = sight.written(words, same).filter(mayLabel).flatMap(({ node }) => besideText(sight, node, wanted));
      if (beside.length) return unique(beside);
    }
    const hinted = sight.controls.filter((control) => [control.placeholder, control.title].some((hint) => hint && loose(hint) === loose(words)));
    if (hinted.length) return hinted.map((element) => ({ element, fallback: "hint inside the control" }));
    if (wanted !== "value") return [];
    // 登録番号：123 in one piece.
    return sight.texts.filter(({ words: text }) => text.startsWith(words)).flatMap(({ node, words: text }) => {
      const rest = /^\s*[:：]\s*(.+)$/.exec(text.slice(words.length));
      return rest && legible(node) ? [{ element: holder(node), text: rest[1] }] : [];
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
    const named = sight.all(BUTTONS).filter((element) => nameOf(element) === asked && seen(element));
    const exact = [...sight.written(asked, plain).map(({ node }) => holder(node)), ...named];
    if (exact.length) return innermost([...new Set(exact)]);
    const holding = sight.texts.filter((text) => text.words.includes(asked) && legible(text.node));
    return innermost([...new Set(holding.map(({ node }) => holder(node)))]);
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
    const isLabel = (text) => text.words.length <= 30 && legible(text.node) && mayLabel(text) && besideText(sight, text.node, wanted).length;
    const names = wanted === "click"
      ? sight.all(CLICKABLE).filter(seen).map(nameOf)
      : [...sight.labelled.flatMap((one) => one.names), ...sight.groups.map((group) => group.name),
         ...sight.texts.filter(isLabel).map(({ words }) => words)];
    return [...new Set(names.filter(Boolean))].slice(0, 300);
  };

  Object.assign(api, { Sight, match, plain, seen, wordsOf, nameOf, CONTROLS, CLICKABLE });
})();
