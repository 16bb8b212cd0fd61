"""The lists of Casdoor's objects that only the general rules know, as scenario files and init_data.json name them."""

#: Each list with the kind of its rows, which are written by organization/name.
OBJECT_KINDS = {
    "roles": "role",
    "permissions": "permission",
    "groups": "group",
    "models": "model",
    "adapters": "adapter",
    "enforcers": "enforcer",
    "resources": "resource",
    "webhooks": "webhook",
    "plans": "plan",
}
