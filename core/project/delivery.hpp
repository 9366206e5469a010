// What a project says about how its scripts reach the pods.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace windlass::project {

// What carries the scripts into the pods; kAuto leaves the choice to their size.
enum class DeliveryMethod { kAuto, kConfigMap, kImage, kCopy, kImageVolume, kObjectStorage };

// The words of windlass.yaml, in the order of DeliveryMethod.
inline constexpr std::array<std::string_view, 6> kDeliveryMethods = {"auto", "configMap",   "image",
                                                                     "copy", "imageVolume", "objectStorage"};
constexpr std::string_view method_name(DeliveryMethod method) {
  return kDeliveryMethods.at(static_cast<std::size_t>(method));
}

// The y of the Kubernetes 1.y that mounts images unless it is told not to (KEP-4639: beta and off since 1.33,
// on since 1.35). Pod Security's restricted level allows them since 1.33.
inline constexpr int kImageVolumesSince = 35;

struct Delivery {
  DeliveryMethod method = DeliveryMethod::kAuto;
  std::string image;                 // that holds the scripts, or that fetches them
  std::string path = "/migrations";  // what of the image stands for the project's folder
  std::vector<std::string> command;  // that brings the scripts, where it is not ours
};

}  // namespace windlass::project
