/** Numbers for people, the same in every locale. */
@NullMarked
package dev.onecycle.text;

import org.jspecify.annotations.NullMarked;
