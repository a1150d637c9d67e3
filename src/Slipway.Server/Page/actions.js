"use strict";

// Commands: what each would do now is asked of the server, and only those that do something get a button.

const by = () => document.getElementById("by").value.trim();

// What decides which commands do something; traffic and figures do not.
const signature = (e) => {
  const d = e.deployment;
  return JSON.stringify([by(), e.serving, e.lastGood, e.next, e.queue, e.hold, e.window, e.wanted,
    d && [d.id, d.phase, d.step, d.paused, d.asksPerson, d.heldWhy, d.signals, d.hooks, d.confirmedPercent, d.instances, d.overdue]]);
};

const address = (project, environment) => `/api/v1/projects/${encodeURIComponent(project)}/environments/${encodeURIComponent(environment)}/actions`;

// Shorter than what is typed: the card says which environment it is.
const label = (option, environment) => option.typed.replace("slipway ", "").replace(` ${environment}`, "");

const isGrave = (option) => ["abort", "rollback", "reject"].includes(option.verb) || option.arguments.passed === false || option.needsReason;

async function offer(card, project, e) {
  const now = signature(e);
  if (card.signature === now || e.notApplicable) return;
  card.signature = now;
  const answer = await ask(`${address(project, e.name)}${by() ? `?by=${encodeURIComponent(by())}` : ""}`).catch(() => null);
  if (!answer?.ok) {
    card.signature = null; // Asked again with the next look.
    return;
  }
  const options = await answer.json();
  if (card.signature !== now) return; // It has changed meanwhile, and was asked again.
  const focused = card.bar.contains(document.activeElement) ? document.activeElement.textContent : null;
  card.bar.replaceChildren(...options.filter((o) => o.does === "something").map((o) => {
    const button = node("button", { type: "button", class: isGrave(o) ? "grave" : "quiet", title: o.says }, label(o, e.name));
    button.addEventListener("click", () => askFirst(project, e.name, o));
    return button;
  }));
  [...card.bar.children].find((b) => b.textContent === focused)?.focus();
}

function say(text, isBad) {
  const said = document.getElementById("said");
  said.textContent = text;
  said.className = isBad ? "trouble" : "";
  said.hidden = false;
}

function askFirst(project, environment, option) {
  if (!by()) {
    say("Say who you are first: your name is kept with what you do.", true);
    document.getElementById("by").focus();
    return;
  }
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-what").textContent = `${label(option, environment)}, in ${environment}`;
  document.getElementById("confirm-says").textContent = option.says;
  document.getElementById("reason-note").textContent = option.needsReason ? "(needed; kept with what is done)" : "(kept with what is done)";
  const reason = document.getElementById("reason");
  reason.value = "";
  reason.required = option.needsReason;
  dialog.onclose = () => { if (dialog.returnValue === "do") give(project, environment, option, reason.value.trim()); };
  dialog.returnValue = "leave"; // Escape leaves it.
  dialog.showModal();
}

async function give(project, environment, option, reason) {
  const given = Object.fromEntries(Object.entries(option.arguments).filter(([, value]) => value !== null));
  try {
    const answer = await ask(`${address(project, environment)}/${option.verb}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...given, by: by(), reason: reason || null }),
    });
    const told = await answer.json();
    say(answer.ok ? `${environment}: ${told.message}` : told.problems.map((p) => `${p.code}: ${p.message}; ${p.remedy}`).join(" "), !answer.ok);
  } catch {
    say("The server does not answer; whether it heard that is not known. Look at the events.", true);
  }
  refresh();
}

document.getElementById("by").value = localStorage.getItem("slipway-by") ?? "";
document.getElementById("by").addEventListener("change", () => {
  localStorage.setItem("slipway-by", by());
  refresh();
});
