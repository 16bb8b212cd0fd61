"""The blueprint that all of Casdoor's views share, so that their endpoints read `casdoor.login`."""

from flask import Blueprint

bp = Blueprint("casdoor", __name__)
