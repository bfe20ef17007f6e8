import { ponder } from "ponder:registry";
import { anchor } from "ponder:schema";

ponder.on("AnchorLog:StreamAnchored", async ({ event, context }) => {
  await context.db.insert(anchor).values({
    id: event.id,
    stream: event.args.stream,
    size: event.args.size,
    root: event.args.root,
    anchoredAt: event.args.at,
    block: event.block.number,
    logIndex: event.log.logIndex,
  });
});
