/** Whether this device is reminded. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Reminding } from '../state.js';
import { words } from '../words.js';

export function remindersPanel(reminding: Reminding | undefined, acts: { on: () => void; off: () => void }): TemplateResult | typeof nothing {
	if (reminding === undefined) return nothing;
	if (reminding === 'denied') return html`<p class="clock">${words.reminders.denied}</p>`;
	return html`${reminding === 'failed' ? html`<p class="clock">${words.reminders.failed}</p>` : nothing}
		<button type="button" class="extra" @click=${reminding === 'on' ? acts.off : acts.on}>${reminding === 'on' ? words.reminders.off : words.reminders.on}</button>`;
}
