// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.legacyclient;

import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.AsymmetricStaticProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.EncryptionMaterialsProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.SymmetricStaticProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.WrappedMaterialsProvider;
import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.SecretKey;

/** Materials providers that need nothing but keys, out of JSON. Each exists for an RSA pair and for a MAC as signer. */
final class Materials {
    private Materials() {}

    static EncryptionMaterialsProvider provider(JsonNode json, Map<String, String> description)
            throws GeneralSecurityException {
        return switch (json.get("kind").textValue()) {
            case "static" -> symmetric(json, description);
            case "wrapped" -> wrapped(json, description);
            case "asymmetric" -> asymmetric(json, description);
            default -> throw new IllegalArgumentException("no kind of materials: " + json.get("kind"));
        };
    }

    static Map<String, String> description(JsonNode json) {
        Map<String, String> description = new HashMap<>();
        json.fields().forEachRemaining(pair -> description.put(pair.getKey(), pair.getValue().textValue()));
        return description;
    }

    static EncryptionMaterialsProvider symmetric(JsonNode json, Map<String, String> description)
            throws GeneralSecurityException {
        SecretKey encryption = Keys.secret(json.get("encryption"));
        JsonNode signing = json.get("signing");
        return Keys.isPair(signing)
                ? new SymmetricStaticProvider(encryption, Keys.pair(signing), description)
                : new SymmetricStaticProvider(encryption, Keys.secret(signing), description);
    }

    private static EncryptionMaterialsProvider wrapped(JsonNode json, Map<String, String> description)
            throws GeneralSecurityException {
        JsonNode wrapping = json.get("wrapping");
        Key wrappingKey;
        Key unwrappingKey;
        if (Keys.isPair(wrapping)) {
            KeyPair pair = Keys.pair(wrapping);
            wrappingKey = pair.getPublic();
            unwrappingKey = pair.getPrivate();
        } else {
            wrappingKey = Keys.secret(wrapping);
            unwrappingKey = wrappingKey;
        }
        JsonNode signing = json.get("signing");
        return Keys.isPair(signing)
                ? new WrappedMaterialsProvider(wrappingKey, unwrappingKey, Keys.pair(signing), description)
                : new WrappedMaterialsProvider(wrappingKey, unwrappingKey, Keys.secret(signing), description);
    }

    private static EncryptionMaterialsProvider asymmetric(JsonNode json, Map<String, String> description)
            throws GeneralSecurityException {
        KeyPair encryption = Keys.pair(json.get("encryption"));
        JsonNode signing = json.get("signing");
        return Keys.isPair(signing)
                ? new AsymmetricStaticProvider(encryption, Keys.pair(signing), description)
                : new AsymmetricStaticProvider(encryption, Keys.secret(signing), description);
    }
}
