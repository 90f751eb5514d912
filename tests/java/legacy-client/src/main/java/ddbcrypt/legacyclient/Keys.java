// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.legacyclient;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** Keys out of JSON: {@code raw} for a symmetric one; {@code private}, {@code public} or both for a pair. */
final class Keys {
    private Keys() {}

    static boolean isPresent(JsonNode json) {
        return json != null && !json.isNull();
    }

    static boolean isPair(JsonNode json) {
        return json.has("private") || json.has("public");
    }

    static SecretKey secret(JsonNode json) {
        return isPresent(json) ? new SecretKeySpec(bytes(json, "raw"), json.get("algorithm").textValue()) : null;
    }

    static KeyPair pair(JsonNode json) throws GeneralSecurityException {
        KeyFactory factory = KeyFactory.getInstance("RSA");
        PrivateKey privateKey = null;
        PublicKey publicKey = null;
        if (json.has("private")) {
            privateKey = factory.generatePrivate(new PKCS8EncodedKeySpec(bytes(json, "private")));
        }
        if (json.has("public")) {
            publicKey = factory.generatePublic(new X509EncodedKeySpec(bytes(json, "public")));
        }
        return new KeyPair(publicKey, privateKey);
    }

    private static byte[] bytes(JsonNode json, String member) {
        return Base64.getDecoder().decode(json.get(member).textValue());
    }
}
