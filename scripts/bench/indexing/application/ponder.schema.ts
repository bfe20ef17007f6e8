import { onchainTable } from "ponder";

// The columns of our `index_anchor`. Ponder itself keeps the logs, as our `index_event` does.
export const anchor = onchainTable("anchor", (t) => ({
  id: t.text().primaryKey(),
  stream: t.hex().notNull(),
  size: t.bigint().notNull(),
  root: t.hex().notNull(),
  anchoredAt: t.integer().notNull(),
  block: t.bigint().notNull(),
  logIndex: t.integer().notNull(),
}));
