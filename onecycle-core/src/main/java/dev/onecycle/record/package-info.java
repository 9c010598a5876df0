/** What training reports as it goes: its steps and its epochs. */
@NullMarked
package dev.onecycle.record;

import org.jspecify.annotations.NullMarked;
