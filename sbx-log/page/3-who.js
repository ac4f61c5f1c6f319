/* SPDX-License-Identifier: MIT */
/* 3-who.js - processes, and events. */
/* ---- processes ---------------------------------------------------------- */
/* How often in it and beneath; the deepest come last in an order by depth. */
const beneath = (left) => {
	const total = processes.map((_, i) =>
		left.byProcess.has(i) ? tally(left.byProcess.get(i)) : [0, 0, 0]);
	const order = processes.map((_, i) => i).filter(
		(i) => processes[i].parent < 0);
	for (let at = 0; at < order.length; at++)
		order.push(...processes[order[at]].children);
	for (const i of order.reverse())
		if (processes[i].parent >= 0)
			total[i].forEach((n, v) =>
				total[processes[i].parent][v] += n);
	return total;
};
const anything = (n) => n[0] + n[1] + n[2] > 0;
const label = (p) => data.texts[p.program] ?
	[found(data.texts[p.program])] :
	[make("span", {class: "dim"}, "has no events of its own")];
const branch = (i, total, left, room) => {
	const p = processes[i];
	const own = [...(left.byProcess.get(i) || [])].sort(byCount);
	const children = p.children.filter((c) => anything(total[c]));
	const list = make("ul", {class: "did"});
	const rest = some(own, FEW, ([s, n]) => make("li", {},
		make("span", {class: "num"}, `${number(n)} ×`), verdict(sums[s]),
		found(sums[s].what), risk(sums[s])), list, "of its calls");
	const inside = make("ul", {});
	room.left--;
	const later = children.filter((c) => {
		if (room.left <= 0)
			return true;
		inside.append(branch(c, total, left, room));
		return false;
	});
	if (later.length)
		inside.append(make("li", {class: "dim"},
			`and ${plural(later.length, "more process").replace(
				"processs", "processes")}: filter to see them`));
	return make("li", {}, make("details", {open: true},
		make("summary", {}, make("span", {class: "num"}, `pid ${p.pid}`),
			make("span", {class: "grow"}, ...label(p)), counts(total[i]),
			own.length ? make("button", {type: "button", class: "small",
				"aria-pressed": filter.process === i ? "true" : "false",
				"data-process": i, onclick: (event) => {
					event.preventDefault();
					filter.process = filter.process === i ? -1 : i;
					apply();
					document.querySelector(`[data-process="${i}"]`)?.focus(
						{preventScroll: true});
				}}, filter.process === i ? "all processes" : "only this") :
				null),
		own.length ? list : null, own.length ? rest : null,
		children.length ? inside : null));
};
const tree = (left) => {
	const total = beneath(left);
	const roots = processes.map((_, i) => i).filter((i) =>
		processes[i].parent < 0 && anything(total[i]));
	if (!roots.length)
		return [nothing()];
	const byRun = new Map(runs.map((r) => [r.index, []]));
	for (const i of roots)
		byRun.get(processes[i].run).push(i);
	const into = make("div", {});
	const more = some(runs.filter((r) => byRun.get(r.index).length), SOME,
		(r) => {
			const list = make("ul", {class: "tree"});
			return make("div", {}, runs.length > 1 ? make("h3",
				{class: "dim"}, "run ", name(r.name)) : null, list,
				some(byRun.get(r.index), SOME, (i) =>
					branch(i, total, left, {left: NODES}), list,
					"processes"));
		}, into, "runs");
	return [into, more];
};

/* ---- events ------------------------------------------------------------- */
const events = (left) => {
	if (!left.events.length)
		return [nothing()];
	const body = make("tbody", {});
	const several = runs.length > 1;
	let last = "";
	const more = some(left.events, 2 * MANY, (i) => {
		const s = sums[sumOf(i)], p = processes[processOf(i)];
		const today = day(time(i));
		const shown = today === last ? clock(time(i), 6) :
			`${today} ${clock(time(i), 6)}`;
		last = today;
		return make("tr", {},
			make("td", {class: "time"}, shown),
			several ? make("td", {class: "run"},
				name(data.runs[s.run].name)) : null,
			make("td", {}, verdict(s)),
			make("td", {class: "program"}, found(data.texts[s.program]),
				` [${p.pid}]`),
			make("td", {class: "what"}, found(s.what), " ", risk(s),
				s.rule ? make("div", {class: "hint"}, "by ",
					make("code", {}, s.rule)) : null, hint(s), stack(s)),
			make("td", {class: "error"}, make("code", {}, s.error)),
			make("td", {class: "count"}, number(times(i))));
	}, body, "events");
	return [make("div", {class: "scroll"}, make("table", {},
		make("thead", {}, make("tr", {}, make("th", {}, "time (UTC)"),
			several ? make("th", {}, "run") : null,
			make("th", {}, ""), make("th", {}, "program"),
			make("th", {}, "what it asked for"), make("th", {}, "error"),
			make("th", {class: "count"}, "times"))), body)), more];
};
