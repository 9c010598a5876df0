/**
 * Other trainers on the same images and the same network, each in a process of its own.
 *
 * <p>A contestant is a program that trains without end and says so in lines of JSON ({@link
 * dev.onecycle.bench.peers.Line}); it is timed from outside ({@link
 * dev.onecycle.bench.peers.Window}), so that all are measured alike whatever they are written in.
 */
@NullMarked
package dev.onecycle.bench.peers;

import org.jspecify.annotations.NullMarked;
