"use strict";

// The token comes in the fragment (never sent to a server, never logged) or from the form, and stays in this tab.
const fragment = new URLSearchParams(location.hash.slice(1)).get("token");
if (fragment) {
  sessionStorage.setItem("slipway-token", fragment);
  history.replaceState(null, "", location.pathname);
}

const $ = (id) => document.getElementById(id);
const stored = () => sessionStorage.getItem("slipway-token") ?? "";
const ask = (path, options = {}) => fetch(path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${stored()}` } });

function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "style") Object.assign(made.style, value);
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((c) => c !== null && c !== undefined));
  return made;
}

const clock = (at) => new Date(at).toLocaleTimeString([], { hour12: false });
const percent = (value) => `${Number(value).toLocaleString("en", { maximumFractionDigits: 3 })} %`;

function split(environment, deployment) {
  const share = deployment.confirmedPercent ?? deployment.weightPercent;
  const label = `${deployment.candidate} ${percent(share)}${deployment.confirmedPercent === undefined || deployment.confirmedPercent === null ? ", not confirmed" : ""}`;
  // The bar itself is the stable side; without words its span would still show some of it at 100 %.
  const rest = share < 25 ? `${label} · ${deployment.stable ?? "nothing"}` : share < 80 ? deployment.stable : null;
  return node("div", { class: "split", role: "img", "aria-label": `${label}, ${deployment.stable ?? "nothing"} the rest` },
    node("span", { class: "to", style: { width: `${share}%` } }, share >= 25 ? label : ""),
    rest ? node("span", {}, rest) : null);
}

function check(c) {
  const bar = c.logEvidence !== null && c.logEvidence !== undefined && c.logLimit
    ? node("div", { class: "evidence", title: "evidence that the candidate is worse, against its limit" },
        node("i", { style: { width: `${Math.max(0, Math.min(100, (100 * c.logEvidence) / c.logLimit))}%` } }))
    : null;
  return node("div", { class: `check ${c.verdict}` }, node("b", {}, `${c.name}: ${c.verdict}`), ` ${c.summary}`, bar);
}

function fact(name, value) {
  return value ? [node("dt", {}, name), node("dd", {}, value)] : [];
}

const kindOf = (e) => {
  const d = e.deployment;
  if (e.trouble || e.drift.length > 0 || d?.phase === "rollingBack" || d?.cause) return "bad";
  if (d?.asksPerson || d?.paused || d?.heldWhy) return "waiting";
  return d ? "rolling" : e.serving ? "" : "empty";
};

// What a person should know besides why it is as it is.
function notes(e) {
  const line = (kind, text) => node("p", { class: `note ${kind}` }, text);
  return [
    ...e.drift.map((d) => line("drift", `drift: ${d}`)),
    ...e.queue.filter((q) => !e.why.startsWith(`${q.candidate} waits`)).map((q) => line("waits", `${q.candidate}${q.kind === "rollback" ? " (rollback)" : ""} waits, asked for by ${q.by}: ${q.why}`)),
    e.hold && !e.why.includes(e.hold.why) ? line("held", `nothing comes in by itself, says ${e.hold.by}: ${e.hold.why}`) : null,
    e.window.isOpen || e.why.includes(e.window.why) ? null : line("closed", `closed: ${e.window.why}${e.window.nextOpen ? `; opens ${new Date(e.window.nextOpen).toLocaleString([], { hour12: false })}` : ""}`),
  ];
}

function facts(e) {
  const d = e.deployment;
  const traffic = e.traffic.filter((t) => t.requestsPerSecond > 0)
    .map((t) => `${t.version}: ${t.requestsPerSecond.toFixed(1)}/s, ${percent(100 * t.errorRate)} failed`).join(" · ");
  const ready = d && d.instances.candidateReady !== d.instances.candidateWanted ? `${d.instances.candidateReady} of ${d.instances.candidateWanted} of ${d.candidate}` : null;
  return node("dl", { class: "facts" }, ...fact("ready", ready),
    ...fact("hooks", d?.hooks.map((h) => `${h.name} ${h.state}${h.why ? ` (${h.why})` : ""}`).join(", ")),
    ...fact("signals", d?.signals.map((s) => `${s.name}: ${s.passed ? "yes" : "no"}, says ${s.by}`).join(", ")),
    ...fact("observed", e.observed.join(", ")), ...fact("last good", e.lastGood), ...fact("traffic", traffic));
}

function content(e) {
  const d = e.deployment;
  return [
    node("h3", {}, e.name, node("small", {}, e.slice)),
    node("p", { class: "version" }, e.notApplicable ? "–" : d ? `${e.serving ?? "–"} → ${d.candidate}` : e.serving ?? "–"),
    d ? split(e, d) : null,
    e.trouble ? node("p", { class: "trouble" }, e.trouble) : null,
    d?.asksPerson ? node("p", { class: "asks" }, "waits for a person") : null,
    node("p", { class: "why" }, d ? d.why : e.why),
    d ? node("p", { class: "next" }, `step ${d.step + 1} of ${d.steps.length}; ${d.next}`) : null,
    ...notes(e),
    ...(d?.troubles ?? []).map((t) => node("p", { class: "trouble" }, t)),
    ...(d?.checks ?? []).map(check),
    facts(e),
  ].filter((c) => c !== null);
}

// Cards stay where they are and only their content is drawn again: a button that has the focus keeps it.
const cards = new Map();

function card(project, e) {
  const key = `${project}/${e.name}`;
  if (!cards.has(key)) {
    const body = node("div");
    const bar = node("div", { class: "actions", role: "group", "aria-label": `Commands to ${e.name}` });
    cards.set(key, { article: node("article", { "aria-label": e.name }, body, bar), body, bar });
  }
  const made = cards.get(key);
  made.article.className = kindOf(e);
  made.body.replaceChildren(...content(e));
  offer(made, project, e);
  return made.article;
}

// Of a fleet that fills a screen only the targets get a card at which something is under way, waits or is wrong.
function shown(p) {
  const large = new Set(p.fleets.filter((f) => f.rings.reduce((sum, r) => sum + r.targets, 0) > 12).map((f) => f.name));
  return p.environments.filter((e) => !large.has(e.fleet) || e.deployment || e.trouble || e.hold || e.drift.length > 0 || e.queue.length > 0);
}

function ring(r) {
  const part = (kind, count) => node("span", { class: kind, style: { width: `${(100 * count) / r.targets}%` } });
  const words = `${r.done} of ${r.targets}${r.underWay ? `, ${r.underWay} under way` : ""}${r.failed ? `, ${r.failed} failed` : ""}`;
  return [node("dt", {}, r.name), node("dd", {}, node("div", { class: "ring", role: "img", "aria-label": `${r.name}: ${words}` }, part("done", r.done), part("way", r.underWay), part("lost", r.failed)), words)];
}

function fleet(p, f) {
  const quiet = p.environments.filter((e) => e.fleet === f.name).length - shown(p).filter((e) => e.fleet === f.name).length;
  return node("section", { class: `fleet ${f.stopped ? "bad" : ""}`, "aria-label": `fleet ${f.name}` },
    node("h3", {}, f.name, node("small", {}, `${f.rings.reduce((sum, r) => sum + r.targets, 0)} targets`)), node("p", { class: "version" }, f.candidate ?? "–"),
    f.stopped ? node("p", { class: "trouble" }, `the line is stopped: ${f.stopped}`) : null,
    node("dl", { class: "rings" }, ...f.rings.flatMap(ring)),
    quiet ? node("p", { class: "next" }, `${quiet} without a card: nothing is under way there`) : null);
}

function draw(status) {
  const shape = status.projects.map((p) => `${p.name}: ${shown(p).map((e) => e.name)}`).join("; ");
  if (shape !== draw.shape) {
    draw.shape = shape;
    $("grid").replaceChildren(...status.projects.flatMap((p) => [node("h2", {}, p.name), node("div", { id: `fleets-${p.name}` }), node("div", { class: "row" }, ...shown(p).map((e) => card(p.name, e)))]));
  } else {
    for (const p of status.projects) for (const e of shown(p)) card(p.name, e);
  }
  for (const p of status.projects) $(`fleets-${p.name}`).replaceChildren(...p.fleets.map((f) => fleet(p, f)));
  if (status.projects.length === 0) $("grid").replaceChildren(node("p", {}, "No project yet: run ", node("code", {}, "slipway apply"), "."));
}

// A page that opens shows the newest events, not all of history.
async function newest() {
  const answer = await ask("/api/v1/status");
  if (!answer.ok) throw new Error();
  return Math.max(0, (await answer.json()).position - 200);
}

async function refresh() {
  try {
    const answer = await ask("/api/v1/status");
    $("login").hidden = answer.status !== 401;
    if (!answer.ok) throw new Error(answer.status === 401 ? "a token is needed" : `the server answered ${answer.status}`);
    const status = await answer.json();
    draw(status);
    $("state").textContent = `live · ${clock(status.at)} · Slipway ${status.version}`;
  } catch (problem) {
    $("state").textContent = problem.message;
  }
}

function show(event) {
  const grave = /flagged|failed|rollback|exited/.test(event.type);
  $("events").prepend(node("li", {}, node("time", { datetime: event.at }, clock(event.at)),
    node("span", { class: "stream" }, event.stream), node("span", grave ? { class: "grave" } : {}, event.summary)));
  while ($("events").children.length > 200) $("events").lastChild.remove();
}

// EventSource cannot send the token, so the stream is read by hand; it goes on after the last position it saw.
let position = null;
async function follow() {
  for (;;) {
    try {
      position ??= await newest();
      const answer = await ask(`/api/v1/events/stream?after=${position}`);
      if (!answer.ok) throw new Error();
      let text = "";
      for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
        text += part;
        const items = text.split("\n\n");
        text = items.pop();
        for (const item of items) {
          const data = item.split("\n").filter((l) => l.startsWith("data:")).map((l) => l.slice(5)).join("\n");
          if (!data) continue;
          const event = JSON.parse(data);
          position = event.position;
          show(event);
        }
      }
    } catch { /* the server is away or wants a token: refresh() says so */ }
    await new Promise((done) => setTimeout(done, 1000));
  }
}

$("login").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("slipway-token", $("token").value.trim());
  refresh();
});

refresh();
setInterval(refresh, 1000);
follow();
