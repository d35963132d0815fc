/** Starts `ptracectl`, once nothing can change the streams that the command shares. */

import '../inherited.js';
import '../plain-stdio.js';

// Imported statically, it would be linked before plain-stdio runs; see there.
void import('./ptracectl.js');
