/* SPDX-License-Identifier: MIT */
/* 1-data.js - what the page shows: text, never markup. */
const data = JSON.parse(document.getElementById("data").textContent);
const VERDICTS = [
	{key: "deny", did: "refused"},
	{key: "audit", did: "let through, but the policy refuses it"},
	{key: "allow", did: "allowed"},
];
const SHORT = ["refused", "audit", "allowed"];
const RISKS = ["", "credential", "session escape", "root-equivalent"];
const BINS = 120;
/* How many at once. */
const MANY = 100, SOME = 20, FEW = 6, NODES = 400;

/* ---- making elements ---------------------------------------------------- */
const make = (tag, attributes, ...inside) => {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes || {})) {
		if (name.startsWith("on"))
			node.addEventListener(name.slice(2), value);
		else if (value === true)
			node.setAttribute(name, "");
		else if (value !== false && value !== null)
			node.setAttribute(name, value);
	}
	node.append(...inside.filter((one) => one !== null));
	return node;
};
const svg = (tag, attributes) => {
	const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
	for (const [name, value] of Object.entries(attributes))
		node.setAttribute(name, value);
	return node;
};
const name = (text) => make("span", {class: "name", dir: "ltr"}, text);
const number = (n) => n.toLocaleString("en");
const plural = (n, word) => `${number(n)} ${word}${n === 1 ? "" : "s"}`;

/* ---- data --------------------------------------------------------------- */
/* Sums: one program that did one thing. */
const sums = data.sums.map((s) => s && {
	run: s[0], verdict: s[1], risk: s[2], expected: s[3], advisory: s[4],
	what: data.texts[s[5]], program: s[6], rule: data.texts[s[7]],
	error: data.texts[s[8]],
	stack: data.texts[s[9]].split("\n").filter((frame) => frame), hint: s[10],
	words: (data.texts[s[5]] + " " + data.texts[s[6]]).toLowerCase(),
});
const processes = data.processes.map((p) => ({
	run: p[0], pid: p[1], program: p[2], parent: p[3], children: [],
}));
processes.forEach((p, i) => {
	if (p.parent >= 0)
		processes[p.parent].children.push(i);
});
const count = data.events.length / 4;
const time = (i) => data.events[4 * i];
const sumOf = (i) => data.events[4 * i + 1];
const processOf = (i) => data.events[4 * i + 2];
const times = (i) => data.events[4 * i + 3];
const runs = data.runs.map((r, i) => r && {...r, index: i}).filter((r) => r)
	.sort((a, b) => a.first - b.first);

const date = (us) => new Date(us / 1000).toISOString();
const day = (us) => date(us).slice(0, 10);
const clock = (us, digits = 3) => date(us).slice(11, 19) + (digits ? "." +
	String(Math.floor(us) % 1e6).padStart(6, "0").slice(0, digits) : "");
const span = (us) => us < 1e3 ? "under 1 ms" : us < 1e6 ?
	`${Math.round(us / 1e3)} ms` : us < 120e6 ? `${(us / 1e6).toFixed(1)} s` :
	us < 7200e6 ? `${Math.round(us / 60e6)} min` :
	`${(us / 3600e6).toFixed(1)} h`;
const when = (r) => day(r.first) === day(r.last) ?
	`${day(r.first)} ${clock(r.first, 0)} to ${clock(r.last, 0)} UTC` :
	`${day(r.first)} ${clock(r.first, 0)} to ${day(r.last)} ` +
	`${clock(r.last, 0)} UTC`;

/* ---- filters ------------------------------------------------------------ */
const filter = {};
const reset = () => Object.assign(filter, {
	words: [], verdicts: new Set([0, 1, 2]), expected: false, run: -1,
	program: -1, process: -1, span: null, /* [run, from, to] */
});
reset();

const wanted = (s) => s && filter.verdicts.has(s.verdict) &&
	(filter.expected || !s.expected) &&
	(filter.run < 0 || s.run === filter.run) &&
	(filter.program < 0 || s.program === filter.program) &&
	filter.words.every((word) => s.words.includes(word));

/* What the filters leave: events, and how often each thing was done. */
const select = () => {
	const ok = sums.map(wanted);
	const left = {events: [], bySum: new Map(), byProcess: new Map(),
		bins: new Map(), total: 0};
	const add = (map, key, n) => map.set(key, (map.get(key) || 0) + n);

	for (let i = 0; i < count; i++) {
		const s = sumOf(i), p = processOf(i), n = times(i), t = time(i);
		if (!ok[s] || (filter.process >= 0 && p !== filter.process))
			continue;
		add(left.bins, `${sums[s].run} ${bin(sums[s].run, t)} ` +
			`${sums[s].verdict}`, n);
		if (filter.span && (sums[s].run !== filter.span[0] ||
				t < filter.span[1] || t >= filter.span[2]))
			continue;
		left.events.push(i);
		left.total += n;
		add(left.bySum, s, n);
		if (!left.byProcess.has(p))
			left.byProcess.set(p, new Map());
		add(left.byProcess.get(p), s, n);
	}
	return left;
};

/* ---- pieces ------------------------------------------------------------- */
const verdict = (s) => make("span", {class: `verdict ${VERDICTS[s.verdict].key}`},
	make("span", {class: "dot", "aria-hidden": "true"}), SHORT[s.verdict]);
const risk = (s) => s.risk > 0 ?
	make("span", {class: "risk", title: "what reaching it means"},
		RISKS[s.risk]) : null;
const hint = (s) => {
	if (!s.hint || s.verdict === 2)
		return null;
	const removes = s.hint.startsWith("without ");
	return make("div", {class: "hint"},
		removes ? "allow without " : "allow with ",
		make("code", {dir: "ltr"},
			removes ? s.hint.slice(8) : s.hint));
};
/* Where in the program it came from, the first time. */
const stack = (s) => s.stack.length ? make("details", {class: "stack"},
	make("summary", {}, "called from"),
	make("ol", {}, ...s.stack.map((frame) => make("li", {}, name(frame))))) :
	null;
const found = (text) => {
	const node = name("");
	const lower = text.toLowerCase();
	let at = 0;
	while (filter.words.length > 0 && lower.length === text.length) {
		const next = filter.words.map((w) => [lower.indexOf(w, at), w])
			.filter(([where]) => where >= 0).sort((a, b) => a[0] - b[0])[0];
		if (!next)
			break;
		node.append(text.slice(at, next[0]),
			make("mark", {}, text.slice(next[0], next[0] + next[1].length)));
		at = next[0] + next[1].length;
	}
	node.append(text.slice(at));
	return node;
};
const nothing = () => make("p", {class: "none"},
	"Nothing is left by these filters.");
/* As many as fit, and a button for more. */
const some = (list, size, draw, into, what) => {
	let shown = 0;
	const button = make("button", {type: "button", class: "more"});
	const more = () => {
		for (const end = shown + size; shown < list.length && shown < end;
			shown++)
			into.append(draw(list[shown], shown));
		button.textContent = `Show more: ${number(list.length - shown)} ` +
			`${what} are left`;
		button.hidden = shown >= list.length;
	};
	button.addEventListener("click", more);
	more();
	return button;
};
const byCount = (a, b) => b[1] - a[1];
const tally = (bySum) => {
	const n = [0, 0, 0];
	for (const [s, times] of bySum)
		n[sums[s].verdict] += times;
	return n;
};
const counts = (n) => make("span", {class: "num"}, ...n.flatMap((times, v) =>
	times ? [make("span", {class: `verdict ${VERDICTS[v].key}`},
		make("span", {class: "dot", "aria-hidden": "true"}),
		`${number(times)} ${SHORT[v]} `)] : []));
