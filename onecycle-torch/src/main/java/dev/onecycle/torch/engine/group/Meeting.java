package dev.onecycle.torch.engine.group;

import java.time.Duration;

/**
 * The way in which a rank meets the others.
 *
 * @param rank from 0 on
 * @param size the number of ranks
 * @param host of the store of keys by which ranks find one another
 * @param port of the store
 * @param serves whether this rank serves the store, and does not only use it
 * @param attempt of the job, so that the ranks of an earlier one are not taken for those of this
 *     one
 * @param timeout for the others to come, and then of every collective operation
 */
public record Meeting(
    int rank, int size, String host, int port, boolean serves, int attempt, Duration timeout) {}
