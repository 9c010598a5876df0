package dev.onecycle.bench.peers;

/** What all peers do in a comparison. */
interface Task {
  /** The task in a few words: network and batch size, for example. */
  String describe();
}
