// What somebody may have meant by a name that no call and no class has.
#pragma once

#include <string>
#include <string_view>

namespace ptraced::decode {

// The call or class whose name is nearest to that of `item`, an item of SyscallSet's grammar
// without
// "!": "openat" for "opneat", "%file" for "%fil". Near is a third of its letters wrong, left out,
// added or swapped with the next at most. Empty where nothing is near, and for expressions and
// numbers. The first of several by the alphabet.
std::string suggest_name(std::string_view item);

// The same for the name of an error ("ENOENT" for "ENONET") and of a signal, with "SIG".
std::string suggest_error(std::string_view name);
std::string suggest_signal(std::string_view name);

}  // namespace ptraced::decode
