/** Questions that are asked in a dialog. */
import { html, nothing, render, type TemplateResult } from 'lit-html';
import { words } from '../words.js';

export interface Choice {
	value: string;
	label: string;
	/** Beneath the button: what it means. */
	means?: string;
}

export interface Question {
	title: string;
	content: TemplateResult;
	choices: Choice[];
	giveUp?: string;
	/** What is wrong with the answer, in words; undefined: nothing. */
	check?: (fields: FormData) => string | undefined;
}

export interface Answer {
	choice: string;
	fields: FormData;
}

/** Asks, and gives the answer; undefined: the person gave up. The focus goes back to where it was. */
export function ask({ title, content, choices, giveUp = words.cancel, check }: Question): Promise<Answer | undefined> {
	const dialog = document.createElement('dialog');
	let answer: Answer | undefined;
	let wrong: string | undefined;

	const submit = (event: SubmitEvent) => {
		event.preventDefault();
		const fields = new FormData(event.target as HTMLFormElement);
		wrong = check?.(fields);
		if (wrong !== undefined) return show();
		answer = { choice: (event.submitter as HTMLButtonElement).value, fields };
		dialog.close();
	};
	const show = () =>
		render(
			html`<form @submit=${submit} novalidate>
				<h2 id="question">${title}</h2>
				${content}
				<p class="wrong" role="alert">${wrong ?? nothing}</p>
				<div class="choices">
					${choices.map(
						({ value, label, means }, n) => html`<button type="submit" class=${n === 0 ? 'main' : ''} value=${value}>${label}</button>${means === undefined ? nothing : html`<p class="means">${means}</p>`}`,
					)}
					<button type="button" @click=${() => dialog.close()}>${giveUp}</button>
				</div>
			</form>`,
			dialog,
		);

	dialog.setAttribute('aria-labelledby', 'question');
	show();
	document.body.append(dialog);
	dialog.showModal();
	return new Promise((resolve) =>
		dialog.addEventListener('close', () => {
			dialog.remove();
			resolve(answer);
		}),
	);
}

/** Closes what is asked: it is somebody else's session now. */
export function closeDialogs(): void {
	for (const dialog of document.querySelectorAll('dialog')) {
		dialog.close();
		// At once: its event comes later, and it names a dose.
		dialog.remove();
	}
}
