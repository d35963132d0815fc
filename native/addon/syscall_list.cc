#include "addon/syscall_list.h"

#include <string>

#include "addon/arguments.h"
#include "addon/fields.h"
#include "decode/decoder.h"
#include "decode/subcalls.h"
#include "decode/syscall_set.h"

namespace ptraced::addon {
namespace {

Napi::Object row_object(Napi::Env env, const decode::Syscall& row) {
  Napi::Array arguments = Napi::Array::New(env);
  for (uint32_t i = 0; i < row.arg_count(); ++i) {
    arguments.Set(i, row.args[i].name);
  }
  Napi::Array classes = Napi::Array::New(env);
  decode::for_each_class(row.classes,
                         [&](const std::string& name) { classes.Set(classes.Length(), name); });
  Napi::Object object = Napi::Object::New(env);
  object.Set("number", row.number);
  object.Set("name", row.name);
  object.Set("arguments", arguments);
  object.Set("classes", classes);
  return object;
}

}  // namespace

Napi::Value list_syscalls(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto arch = static_cast<core::Arch>(info[0].As<Napi::Number>().Int32Value());
  const decode::SyscallSet set = syscall_set(env, string_array(info[1]));
  Napi::Array rows = Napi::Array::New(env);
  for (const decode::Syscall& row : decode::syscalls(arch)) {
    // Functions are listed as the calls of their names.
    if (row.number < decode::kSocketFunctions && set.contains(arch, row.number)) {
      rows.Set(rows.Length(), row_object(env, row));
    }
  }
  return rows;
}

}  // namespace ptraced::addon
