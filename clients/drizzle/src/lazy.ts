/** A promise whose work begins when somebody waits for it, and is done once.  One that nobody waits for does nothing. */
export class Lazy<T> implements Promise<T> {
	readonly [Symbol.toStringTag] = 'Promise';
	readonly #work: () => Promise<T>;
	#begun: Promise<T> | undefined;

	constructor(work: () => Promise<T>) {
		this.#work = work;
	}

	then<A = T, B = never>(onFulfilled?: ((value: T) => A | PromiseLike<A>) | null, onRejected?: ((reason: any) => B | PromiseLike<B>) | null): Promise<A | B> {
		this.#begun ??= this.#work();
		return this.#begun.then(onFulfilled, onRejected);
	}

	catch<B = never>(onRejected?: ((reason: any) => B | PromiseLike<B>) | null): Promise<T | B> {
		return this.then(undefined, onRejected);
	}

	finally(onFinally?: (() => void) | null): Promise<T> {
		return this.then().finally(onFinally);
	}
}
