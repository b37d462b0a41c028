/** How the last days went: one table, whose bars make it a picture. */
import { html, nothing, svg, type TemplateResult } from 'lit-html';
import type { DayCounts } from '../api.js';
import { shortDayName } from '../clock.js';
import { words } from '../words.js';

export function historyTable(days: DayCounts[]): TemplateResult {
	const most = Math.max(1, ...days.map(({ scheduled }) => scheduled));
	return html`<div class="scrolls" role="region" aria-label=${words.historyCaption} tabindex="0"><table>
		<caption>
			${words.historyCaption}
		</caption>
		<thead>
			<tr>
				<th scope="col">${words.day}</th>
				<td class="bar" aria-hidden="true"></td>
				<th scope="col" class="taken">${words.ofScheduled}</th>
				<th scope="col" class="skipped">${words.skippedColumn}</th>
				<th scope="col" class="missed">${words.missedColumn}</th>
			</tr>
		</thead>
		<tbody>
			${days.map(
				(day) => html`<tr>
					<th scope="row">${shortDayName(day.day)}</th>
					<td class="bar" aria-hidden="true">${bar(day, most)}</td>
					<td>${words.takenOf(day.taken, day.scheduled)}</td>
					<td>${day.skipped === 0 ? nothing : day.skipped}</td>
					<td class=${day.missed === 0 ? '' : 'bad'}>${day.missed === 0 ? nothing : day.missed}</td>
				</tr>`,
			)}
		</tbody>
	</table></div>`;
}

/** Taken, skipped, missed, and what is still to come, side by side. */
function bar({ scheduled, taken, skipped, missed }: DayCounts, most: number) {
	const parts = { taken, skipped, missed, open: scheduled - taken - skipped - missed };
	let x = 0;
	return html`<svg viewBox="0 0 ${most} 1" preserveAspectRatio="none">
		${Object.entries(parts).map(([part, width]) => {
			const rect = svg`<rect class=${part} x=${x} y="0" width=${width} height="1"></rect>`;
			x += width;
			return rect;
		})}
	</svg>`;
}
