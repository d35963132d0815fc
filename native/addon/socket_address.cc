#include "addon/socket_address.h"

#include <span>
#include <string>

#include "decode/socket_address.h"
#include "wire/value_encoder.h"

namespace ptraced::addon {

Napi::Value socket_address(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto bytes = info[0].As<Napi::Uint8Array>();
  const decode::SocketAddress address(std::span(bytes.Data(), bytes.ElementLength()));
  Napi::Object result = Napi::Object::New(env);
  result.Set("text", address.text());
  if (address.has_value()) {
    const std::string value = wire::encode_value(address.value());
    result.Set("value", Napi::Buffer<char>::Copy(env, value.data(), value.size()));
  }
  return result;
}

}  // namespace ptraced::addon
