/** Brings the database up to date, as a program.  Not awaited at the top level, which a bundle in CommonJS cannot. */
import { bringUpToDate } from './migrations.js';

void bringUpToDate();
