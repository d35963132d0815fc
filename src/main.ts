/** Starts `ptraced`, once nothing can change the streams that its commands share. */
import './inherited.js';
import './plain-stdio.js';

// Imported statically, it would be linked before plain-stdio runs; see there.
void import('./ptraced.js');
