#pragma once

// <linux/ioprio.h>, which no C++ compiler takes as it is: since 6.1.192 that of Debian 12 has an
// inline function with a parameter named "class".

#define class class_
#include <linux/ioprio.h>
#undef class
