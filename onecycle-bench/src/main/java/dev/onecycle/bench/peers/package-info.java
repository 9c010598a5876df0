/**
 * Measurements of other trainers on the same images and network, each in a process of its own.
 *
 * <p>A peer is a program that trains until it is ended and prints a {@link PeerMessage} after each
 * step. Its steps are timed from outside, so that all programs are measured alike.
 */
@NullMarked
package dev.onecycle.bench.peers;

import org.jspecify.annotations.NullMarked;
