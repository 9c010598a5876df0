/** Options that several commands share. */
@NullMarked
package dev.onecycle.cli.options;

import org.jspecify.annotations.NullMarked;
