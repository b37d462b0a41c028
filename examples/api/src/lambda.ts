/**
 * The same API as a Lambda function behind API Gateway.
 *
 * An execution environment answers one request at a time: one connection is
 * all it can use, and it stays open while the environment is warm.
 */
import { handle } from 'hono/aws-lambda';
import { createApp } from './app.js';
import { openDatabase } from './database.js';
import { requestLog } from './log.js';
import { pushSettings, tokenRules } from './settings.js';

const { db } = openDatabase(1);

export const handler = handle(createApp({ db, tokens: tokenRules(), push: pushSettings(), log: requestLog() }));
