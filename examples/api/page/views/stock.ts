/** What is left of each medication, and when it runs out. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { StockForecast } from '../api.js';
import { timeAndDayOf } from '../clock.js';
import { words } from '../words.js';

export function stockList(stock: StockForecast[], now: number): TemplateResult {
	return html`<h2 id="stock">${words.stock}</h2>
		<ul class="stock" aria-labelledby="stock">
			${stock.map(
				(each) => html`<li>
					<p class="name"><bdi>${each.medicationName}</bdi></p>
					<p class="more"><bdi>${leftOf(each)}</bdi></p>
					${each.runsOutAt === null ? nothing : html`<p>${words.runsOut(timeAndDayOf(each.runsOutAt), each.isEstimate)}</p>`}
					${each.refillBy === null ? nothing : html`<p class="refill" data-state=${isDue(each, now) ? 'due' : 'later'}>${refillOf(each, now)}</p>`}
				</li>`,
			)}
		</ul>`;
}

function leftOf({ amount, unit }: StockForecast): string {
	return amount === null ? words.stockUnknown : words.stockLeft([amount, unit].filter(Boolean).join(' '));
}

const isDue = ({ refillBy }: StockForecast, now: number) => refillBy !== null && Date.parse(refillBy) <= now;

function refillOf(each: StockForecast, now: number): string {
	return isDue(each, now) ? words.refillNow : words.refillBy(timeAndDayOf(each.refillBy!));
}
