import { r15 } from "./r-15.ts";
import type { FaultRow } from "./row.ts";
import { s01 } from "./s-01.ts";
import { s02 } from "./s-02.ts";
import { s03 } from "./s-03.ts";
import { s04 } from "./s-04.ts";
import { s05 } from "./s-05.ts";
import { s06 } from "./s-06.ts";
import { s07 } from "./s-07.ts";
import { s08 } from "./s-08.ts";
import { s09 } from "./s-09.ts";
import { s10 } from "./s-10.ts";
import { s11 } from "./s-11.ts";
import { s12 } from "./s-12.ts";
import { s13 } from "./s-13.ts";
import { s14 } from "./s-14.ts";
import { s15 } from "./s-15.ts";
import { s16 } from "./s-16.ts";
import { s17 } from "./s-17.ts";
import { s18 } from "./s-18.ts";
import { s19 } from "./s-19.ts";
import { s20 } from "./s-20.ts";
import { s21 } from "./s-21.ts";
import { s22 } from "./s-22.ts";
import { s23 } from "./s-23.ts";
import { s24 } from "./s-24.ts";
import { s25 } from "./s-25.ts";
import { s26 } from "./s-26.ts";
import { s27 } from "./s-27.ts";
import { s28 } from "./s-28.ts";
import { v01 } from "./v-01.ts";
import { v02 } from "./v-02.ts";
import { v03 } from "./v-03.ts";
import { v04 } from "./v-04.ts";
import { v05 } from "./v-05.ts";
import { v06 } from "./v-06.ts";
import { v07 } from "./v-07.ts";
import { v08 } from "./v-08.ts";
import { v09 } from "./v-09.ts";
import { v10 } from "./v-10.ts";
import { v11 } from "./v-11.ts";
import { x01 } from "./x-01.ts";
import { x02 } from "./x-02.ts";
import { x03 } from "./x-03.ts";
import { x04 } from "./x-04.ts";
import { x05 } from "./x-05.ts";

/** Every row, in the order of docs/security.md; one file a row. */
export const ROWS: readonly FaultRow[] = [
  s01,
  s02,
  s03,
  s04,
  s05,
  s06,
  s07,
  s08,
  s09,
  s10,
  s11,
  s12,
  s13,
  s14,
  s15,
  s16,
  s17,
  s18,
  s19,
  s20,
  s21,
  s22,
  s23,
  s24,
  s25,
  s26,
  s27,
  s28,
  r15,
  v01,
  v02,
  v03,
  v04,
  v05,
  v06,
  v07,
  v08,
  v09,
  v10,
  v11,
  x01,
  x02,
  x03,
  x04,
  x05,
];
