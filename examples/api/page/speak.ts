/** For those who do not see the page: what happened, and where the focus is. */

let announcing: ReturnType<typeof setTimeout> | undefined;

/** Says it; nothing: what was said is gone. */
export function announce(text: string): void {
	const region = document.getElementById('announcement')!;
	region.textContent = '';
	clearTimeout(announcing);
	// The same words twice are two announcements.
	if (text !== '') announcing = setTimeout(() => (region.textContent = text), 50);
}

/** Gives the focus to a control of a dose, or to the day where the dose is gone. */
export function focusOn({ key }: { key: string }, control: 'tick' | 'undo'): void {
	const row = [...document.querySelectorAll<HTMLElement>('li.dose')].find(({ dataset }) => dataset['key'] === key);
	(row?.querySelector<HTMLElement>(`.${control}:not(.away)`) ?? row?.querySelector<HTMLElement>('.skip:not(.away)') ?? document.getElementById('day'))?.focus();
}

export function focusOnDay(): void {
	document.getElementById('day')?.focus();
}
