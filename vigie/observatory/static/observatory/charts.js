/* Charts of the observatory: numbers come in JSON beside each place, colours from the tokens,
   patterns beside colours, no HTML in tips. Every chart stands beside its table. */

const FONT = '"Source Sans 3", Arial, sans-serif';
const NBSP = "\u00a0";
const STRIPES = { symbol: "rect", rotation: -0.785, dashArrayX: [1, 0], dashArrayY: [2, 4] };
const STUB = 0.06; // of the largest value: a hidden number has a length that tells nothing
const drawn = [];

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const locale = document.documentElement.lang || "fr";
const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

function said(value, spec) {
  if (value === null || value === undefined) return spec.words.unknown;
  // The narrow space of French grouping is almost nothing in our font.
  const number = plain.format(value).replace(/\u202f/g, NBSP);
  if (!spec.unit) return number;
  return locale === "fr" ? number + NBSP + spec.unit : number + spec.unit;
}

function text(extra = {}) {
  return { fontFamily: FONT, fontSize: 14, color: token("--v-ink"), ...extra };
}

function frame(spec, width) {
  return {
    animation: false,
    textStyle: text(),
    grid: { left: 48, right: 16, top: 52, bottom: 30 },
    legend: {
      left: 0,
      top: 0,
      itemWidth: 18,
      itemHeight: 12,
      itemGap: 24,
      textStyle: text(),
      data: spec.series.map((one) => one.name),
    },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: token("--v-surface"),
      borderColor: token("--v-line-strong"),
      textStyle: text(),
      valueFormatter: (value) => said(value, spec),
    },
    xAxis: {
      type: "category",
      data: spec.labels,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: token("--v-line-strong") } },
      axisLabel: { ...text(), interval: 0, formatter: (label) => shortened(label, spec, width) },
    },
    yAxis: {
      type: "value",
      min: 0,
      splitLine: { lineStyle: { color: token("--v-line") } },
      axisLabel: { ...text({ color: token("--v-ink-2") }), formatter: (value) => said(value, spec) },
    },
  };
}

function shortened(label, spec, width) {
  const room = (width - 64) / spec.labels.length;
  return room < 30 && label.length === 4 ? "’" + label.slice(2) : label;
}

/* A dashed line between two years that must not be compared; series never cross it. */
function breaks(spec) {
  return (spec.breaks || []).map((at) => ({
    name: "",
    type: "custom",
    data: [0],
    silent: true,
    tooltip: { show: false },
    z: 5,
    renderItem: (params, api) => {
      const x = (api.coord([at - 1, 0])[0] + api.coord([at, 0])[0]) / 2;
      const area = params.coordSys;
      const words = area.width < 480 ? "◆" : "◆ " + spec.words.break + " " + spec.labels[at];
      return {
        type: "group",
        children: [
          {
            type: "line",
            shape: { x1: x, x2: x, y1: area.y - 4, y2: area.y + area.height },
            style: { stroke: token("--v-ink"), lineWidth: 1.5, lineDash: [4, 4] },
          },
          {
            type: "text",
            style: {
              text: words,
              x: x - 8,
              y: area.y - 6,
              align: "right",
              fontSize: 14,
              fontFamily: FONT,
              fontWeight: 600,
              fill: token("--v-ink"),
            },
          },
        ],
      };
    },
  }));
}

/* A year that nobody told stays an empty place with its word. */
function unknowns(spec) {
  const empty = spec.labels
    .map((_label, at) => at)
    .filter((at) => spec.series.every((one) => one.values[at] === null));
  if (!empty.length) return [];
  return [
    {
      name: "",
      type: "custom",
      silent: true,
      tooltip: { show: false },
      data: empty,
      renderItem: (params, api) => {
        const at = empty[params.dataIndex];
        const [x] = api.coord([at, 0]);
        const area = params.coordSys;
        return {
          type: "text",
          style: {
            text: spec.words.unknown,
            x,
            y: area.y + area.height - 16,
            align: "center",
            verticalAlign: "middle",
            fontSize: 14,
            fontFamily: FONT,
            fill: token("--v-ink-2"),
          },
        };
      },
    },
  ];
}

const colour = (place) => token(place % 2 ? "--v-chart-2" : "--v-chart-1");
const pattern = (place) => (place % 2 ? { decal: { ...STRIPES, color: "rgba(255,255,255,.55)" } } : {});

function bars(spec, width) {
  const largest = Math.max(1, ...spec.series.flatMap((one) => one.values.map((value) => value || 0)));
  const roomy = width / spec.labels.length > 46;
  return spec.series.map((one, place) => ({
    name: one.name,
    type: "bar",
    color: colour(place),
    barGap: "8%",
    barCategoryGap: "30%",
    itemStyle: pattern(place),
    data: one.values.map((value, at) => {
      if (!one.hidden || !one.hidden[at]) return value;
      return {
        value: largest * STUB,
        label: { show: true, formatter: "–" },
        itemStyle: {
          color: token("--v-surface"),
          borderColor: token("--v-line-strong"),
          borderType: "dashed",
          decal: { ...STRIPES, color: token("--v-line-strong") },
        },
      };
    }),
    label: {
      show: place === 0 && roomy,
      position: "top",
      ...text({ fontWeight: 650 }),
      formatter: (point) => said(point.value, spec),
    },
    tooltip: {
      valueFormatter: (value, at) =>
        one.hidden && one.hidden[at] ? spec.words.hidden : said(value, spec),
    },
  }));
}

/* The number of the upper line stands above it, that of the lower one below. */
function isTop(spec, at, value) {
  return spec.series.every((one) => one.values[at] === null || one.values[at] <= value);
}

function lines(spec) {
  const cuts = [0, ...(spec.breaks || []), spec.labels.length];
  return spec.series.flatMap((one, place) =>
    cuts.slice(1).map((end, part) => ({
      name: one.name,
      type: "line",
      color: colour(place),
      symbol: place % 2 ? "rect" : "circle",
      symbolSize: 9,
      lineStyle: { width: 2.5, type: place % 2 ? "dashed" : "solid" },
      data: one.values.map((value, at) => ({
        value: at >= cuts[part] && at < end ? value : null,
        label: { position: isTop(spec, at, value) ? "top" : "bottom" },
      })),
      label: {
        show: true,
        ...text({ fontWeight: 650 }),
        formatter: (point) => (point.value === null || point.value === undefined ? "" : said(point.value, spec)),
      },
    })),
  );
}

function options(spec, width) {
  const base = frame(spec, width);
  if (spec.kind === "lines") {
    base.tooltip.show = false; // every point carries its number
    base.yAxis.max = (scale) => Math.min(100, Math.ceil((scale.max + 8) / 20) * 20);
    return { ...base, series: [...lines(spec), ...breaks(spec), ...unknowns(spec)] };
  }
  return { ...base, series: [...bars(spec, width), ...breaks(spec), ...unknowns(spec)] };
}

function draw() {
  for (const one of drawn) {
    one.chart.resize();
    one.chart.setOption(options(one.spec, one.place.clientWidth), true);
  }
}

function start() {
  for (const place of document.querySelectorAll("[data-chart]")) {
    const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    place.hidden = false;
    drawn.push({ place, spec, chart: window.echarts.init(place, null, { renderer: "svg" }) });
  }
  draw();
  window.addEventListener("resize", draw);
  window.addEventListener("beforeprint", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
}

// First the font, then the measures: labels would overlap.
document.fonts.load(`600 14px ${FONT}`).then(start, start);
