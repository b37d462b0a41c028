/**
 * One gesture, one act: a second tap at the same place, soon after the first, does nothing, whatever is there by
 * then; nor does a key that is held down. Trembling hands tap twice.
 *
 * The page does not rely on it alone: what takes an act back is never where that act was.
 */
const SOON_MS = 700;
const NEAR_PX = 40;

let last: { x: number; y: number; at: number } | undefined;

export function guardGestures(target: EventTarget): void {
	target.addEventListener(
		'click',
		(event) => {
			const { clientX: x, clientY: y, timeStamp: at, detail } = event as MouseEvent;
			// A keyboard or a screen reader names what it presses.
			if (detail === 0 || !(event.target instanceof Element) || !event.target.closest('button')) return;
			if (last && at - last.at < SOON_MS && Math.hypot(x - last.x, y - last.y) < NEAR_PX) {
				event.preventDefault();
				event.stopPropagation();
			}
			last = { x, y, at };
		},
		{ capture: true },
	);
	target.addEventListener(
		'keydown',
		(event) => {
			const { key, repeat } = event as KeyboardEvent;
			if (repeat && (key === 'Enter' || key === ' ') && event.target instanceof Element && event.target.closest('button')) event.preventDefault();
		},
		{ capture: true },
	);
}
