// Charts, filters, sorting, copying. Log texts reach this script as data only: they are never made into markup here.
"use strict";
(() => {
  const charts = [];
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Data come as columns; a chart wants rows.
  const rowsOf = (columns) => {
    const keys = Object.keys(columns);
    const count = keys.length ? columns[keys[0]].length : 0;
    return Array.from({ length: count }, (_, i) => Object.fromEntries(keys.map((key) => [key, columns[key][i]])));
  };

  // Long labels leave no room for the chart on a phone.
  const fitted = (spec, width) => {
    const limit = Math.max(60, Math.round(width * 0.3));
    spec.config.axis.labelLimit = limit;
    spec.config.axisY = { ...spec.config.axisY, labelLimit: limit };
    return spec;
  };

  const draw = async (figure) => {
    const target = figure.querySelector(".canvas");
    const { spec, data } = JSON.parse(figure.querySelector(".chart-data").textContent);
    const rows = Object.fromEntries(Object.entries(data).map(([name, columns]) => [name, rowsOf(columns)]));
    spec.datasets = { ...spec.datasets, ...rows };
    const width = target.clientWidth || figure.closest("article").clientWidth || 700;
    if (!target.clientWidth) spec.width = width;  // behind a line that opens it, where nothing has a size yet
    try {
      const { view } = await vegaEmbed(target, fitted(spec, width), {
        mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false, tooltip: { disableDefaultStyle: true },
      });
      charts.push({ figure, view, rows });
      figure.dataset.drawn = "yes";
      const legend = figure.querySelector(".legend");
      if (legend) legend.hidden = false;
    } catch (error) {
      figure.dataset.drawn = "no";
      target.textContent = "This chart could not be drawn.";
      console.error(String(error));
    }
  };

  // Charts in sight first, the others when there is time, so that all are there when the page is printed.
  const drawAll = async () => {
    const figures = all("figure.chart");
    const near = (figure) => { const box = figure.getBoundingClientRect(); return box.top < innerHeight * 1.5 && box.bottom > -innerHeight; };
    for (const figure of figures.sort((a, b) => near(b) - near(a))) {
      await draw(figure);
      await new Promise((next) => setTimeout(next));
    }
    document.documentElement.dataset.ready = "yes";
  };

  const chooseNode = (article, node) => {
    for (const { figure, view, rows } of charts) {
      if (!article.contains(figure)) continue;
      let changed = false;
      for (const [name, values] of Object.entries(rows)) {
        if (!values.length || !("node" in values[0])) continue;
        view.data(name, node ? values.filter((row) => row.node === node) : values);
        changed = true;
      }
      if (changed) view.runAsync();
    }
    for (const row of all("tr[data-node]", article)) row.hidden = Boolean(node) && row.dataset.node !== node;
  };

  for (const choice of all("[data-choose-node]")) {
    choice.closest("label").hidden = false;
    choice.addEventListener("change", () => chooseNode(choice.closest("article"), choice.value));
  }

  // A click on the legend makes one kind stand out; another click shows all again.
  for (const button of all("button[data-pick]")) {
    button.addEventListener("click", () => {
      const figure = button.closest("figure");
      const chart = charts.find((one) => one.figure === figure);
      const on = button.getAttribute("aria-pressed") !== "true";
      for (const other of all("button[data-pick]", figure)) other.setAttribute("aria-pressed", String(on && other === button));
      if (chart) chart.view.signal("picked", on ? button.dataset.pick : "").runAsync();
    });
  }

  // The jobs of an overview, chosen by text, experiment, state and time: tables, findings and charts of jobs follow.
  const form = document.querySelector("form.filters");
  if (form) {
    form.hidden = false;
    const article = form.closest("article");
    const facets = Object.entries(JSON.parse(form.querySelector(".facets").textContent));
    const texts = new Map(all("#jobs tr[data-job]").map((row) => [row.dataset.job, row.textContent.toLowerCase()]));
    const [text, since, until] = ["[data-filter]", "[data-filter-from]", "[data-filter-to]"].map((one) => form.querySelector(one));
    const choices = all("[data-filter-by]", form);
    const shown = form.querySelector(".shown");
    const apply = () => {
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const [first, last] = [since?.value || "", until?.value || ""];
      const fits = ([job, facet]) =>
        words.every((word) => (texts.get(job) ?? job.toLowerCase()).includes(word)) &&
        choices.every((choice) => !choice.value || facet[Number(choice.dataset.filterBy)] === choice.value) &&
        (!first || (facet[2] && facet[2] >= first)) && (!last || (facet[2] && facet[2] <= last));
      const chosen = new Set(facets.filter(fits).map(([job]) => job));
      const everything = chosen.size === facets.length;
      for (const row of all("tr[data-job]", article)) row.hidden = !everything && !chosen.has(row.dataset.job);
      for (const one of all("[data-jobs]", article)) one.hidden = !everything && !JSON.parse(one.dataset.jobs).some((job) => chosen.has(job));
      for (const { figure, view, rows } of charts) {
        if (!article.contains(figure) || !rows.rows?.length || !("job_id" in rows.rows[0])) continue;
        view.data("rows", everything ? rows.rows : rows.rows.filter((row) => chosen.has(row.job_id))).runAsync();
      }
      shown.textContent = everything ? `all ${facets.length} jobs` : `${chosen.size} of ${facets.length} jobs; figures above and charts per day are of all`;
    };
    form.addEventListener("input", apply);
    form.addEventListener("change", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(apply));
    apply();
  }

  // A link leads to what is behind a closed line, too; on paper all jobs are open.
  const openAround = (place) => {
    for (let one = place; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    const inside = place.querySelector(":scope > details.closed, :scope > details.job");
    if (inside) inside.open = true;
  };
  const follow = () => {
    const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place) return;
    openAround(place);
    place.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (link && link.hash === location.hash) setTimeout(follow);
  });
  for (const details of all("details.job, details.closed")) {
    details.addEventListener("toggle", () => { if (details.open) dispatchEvent(new Event("resize")); });
  }
  addEventListener("beforeprint", () => { for (const one of all("details.job, details.closed, details.fold, details.more")) one.open = true; });

  const valueOf = (cell) => {
    const value = cell.dataset.v ?? cell.textContent.trim();
    return cell.classList.contains("n") ? (value === "–" || value === "" ? null : Number(value.replaceAll(",", ""))) : value;
  };
  for (const head of all("th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const column = [...head.parentNode.children].indexOf(head);
      const numeric = head.classList.contains("n");
      const down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : numeric;
      for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const body = head.closest("table").tBodies[0];
      const rows = [...body.rows].map((row) => [valueOf(row.cells[column]), row]);
      rows.sort(([a], [b]) => {
        if (a === null || b === null) return (a === null) - (b === null);
        return (numeric ? a - b : String(a).localeCompare(String(b), "en", { numeric: true })) * (down ? -1 : 1);
      });
      body.append(...rows.map(([, row]) => row));
    });
  }

  for (const button of all("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const code = button.parentNode.querySelector("pre code");
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "selected";
      }
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    });
  }

  follow();
  drawAll();
})();
