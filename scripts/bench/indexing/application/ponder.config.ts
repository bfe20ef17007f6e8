import { createConfig } from "ponder";
import abi from "./abi.json";

export default createConfig({
  database: { kind: "postgres", connectionString: process.env.DATABASE_URL },
  chains: { bench: { id: Number(process.env.CHAIN_ID), rpc: process.env.RPC_URL } },
  contracts: {
    AnchorLog: { chain: "bench", abi, address: process.env.ANCHORS as `0x${string}`, startBlock: 0 },
  },
});
