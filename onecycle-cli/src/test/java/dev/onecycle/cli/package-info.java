/** Tests of the commands, in this process and in processes of their own. */
@NullMarked
package dev.onecycle.cli;

import org.jspecify.annotations.NullMarked;
