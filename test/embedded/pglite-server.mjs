/**
 * PGlite behind a socket, so that psql reaches it: node pglite-server.mjs SOCKET.
 * It has one session.  A client that connects waits until the one before has gone, and
 * is then the user that it asks to be; what the one before has set is undone.
 */
import { createServer } from 'node:net';
import { PGlite } from '@electric-sql/pglite';

const db = await PGlite.create();

// 'R', authentication: ok.  'S', what a client wants to know.  'Z': ready.
const message = (type, ...parts) => {
	const body = Buffer.concat(parts);
	const head = Buffer.alloc(5);
	head.write(type);
	head.writeInt32BE(body.length + 4, 1);
	return Buffer.concat([head, body]);
};
const text = (value) => Buffer.from(`${value}\0`);
const int32 = (value) => {
	const buffer = Buffer.alloc(4);
	buffer.writeInt32BE(value);
	return buffer;
};

const { rows } = await db.query("SELECT name, setting FROM pg_settings WHERE name IN ('server_version', 'server_encoding', 'client_encoding', 'standard_conforming_strings', 'integer_datetimes', 'DateStyle', 'IntervalStyle', 'TimeZone')");
const welcome = Buffer.concat([
	message('R', int32(0)),
	...rows.map((row) => message('S', text(row.name), text(row.setting))),
	message('K', int32(1), int32(1)),
	message('Z', Buffer.from('I')),
]);

let before = Promise.resolve();

async function serve(socket) {
	let received = Buffer.alloc(0);
	let started = false;
	try {
		for await (const chunk of socket) {
			received = Buffer.concat([received, chunk]);
			while (received.length >= (started ? 5 : 4)) {
				const length = started ? received.readInt32BE(1) + 1 : received.readInt32BE(0);
				if (received.length < length) break;
				const packet = received.subarray(0, length);
				received = received.subarray(length);
				if (started) {
					if (packet[0] === 0x58) return; // terminate
					socket.write(await db.execProtocolRaw(packet));
				} else if (packet.readInt32BE(4) === 196608) {
					const parameters = packet.subarray(8).toString().split('\0');
					const user = parameters[parameters.indexOf('user') + 1];
					const settings = parameters.indexOf('options') % 2 === 0 ? parameters[parameters.indexOf('options') + 1] : '';
					await db.exec(`SET SESSION AUTHORIZATION "${user}"`);
					for (const [, name, value] of settings.matchAll(/-c\s*(\S+?)=(\S+)/g)) await db.exec(`SET ${name} = '${value}'`);
					socket.write(welcome);
					started = true;
				} else {
					socket.write('N'); // no encryption
				}
			}
		}
	} catch (error) {
		console.error(error);
	} finally {
		socket.destroy();
		for (const end of ['ROLLBACK', 'RESET SESSION AUTHORIZATION', 'DISCARD ALL']) await db.exec(end);
	}
}

createServer({ pauseOnConnect: true }, (socket) => {
	socket.on('error', () => {});
	before = before.then(() => {
		socket.resume();
		return serve(socket);
	});
}).listen(process.argv[2], () => console.log('listening'));
