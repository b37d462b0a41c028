// Prints the API's description of itself, as its server gives it.
import { createApp } from '../../examples/api/build/src/app.js';

const answer = await createApp({ db: {}, tokens: {} }).request('/openapi.json');
console.log(JSON.stringify(await answer.json(), null, 2));
